// Posts and reacts without leaving the page: htmx sends the form and puts the discussion's threads
// in place, the reader stays where they are, and what happened is said to screen readers. Whatever
// does not go as hoped (a remark on the form, a session that ended, no network) is sent once more as
// any form is: the server stores it once, and its page says what there is to say. Without this
// script that is what always happens.
import { keepInSight } from "./messages.js";

const { htmx } = window;
const discussion = document.querySelector("#discussion");
const said = discussion?.querySelector("[data-said]");
const write = discussion?.querySelector("[data-comment-form]");
const FILLED = "[role=alert], #apercu, .kept-files, [data-about], [data-reply-quoted]";

// What the server answered, as a document; null where it is not what was hoped for.
function answered(xhr, target) {
  if (xhr.status !== 200) return null;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector(target) && page;
}

// Sends a form, puts `target` of the answer in place of ours, and gives the answer; null if that
// could not be, and then the form is on its way as any form.
async function send(form, submitter, target) {
  let page = null;
  const before = (event) => {
    page = answered(event.detail.xhr, target);
    event.detail.shouldSwap = Boolean(page);
    if (page && form === write) form.dispatchEvent(new Event("plenum:posted"));
  };
  document.body.addEventListener("htmx:beforeSwap", before);
  discussion.setAttribute("aria-busy", "true");
  try {
    // Without its anchor: htmx would lead there.
    const [path] = (submitter?.getAttribute("formaction") ?? form.action).split("#");
    await htmx.ajax("POST", path, {
      source: form,
      target,
      select: target,
      swap: "outerHTML",
      values: submitter?.name ? { [submitter.name]: submitter.value } : {},
    });
  } catch {
    page = null;
  }
  document.body.removeEventListener("htmx:beforeSwap", before);
  discussion.removeAttribute("aria-busy");
  if (page) {
    form.dispatchEvent(new Event("plenum:answered", { bubbles: true }));
  } else {
    form.dataset.plain = "";
    form.requestSubmit(submitter);
  }
  return page;
}

function tell(page) {
  const messages = page.querySelector("[data-messages]");
  if (!messages) return;
  said.textContent = "";
  document.querySelector("[data-messages]")?.remove();
  document.querySelector("main").prepend(messages);
  said.textContent = messages.textContent.trim();
  messages.removeAttribute("role"); // said already
  keepInSight(messages);
}

async function post(form, submitter) {
  const known = new Set([...discussion.querySelectorAll("[data-comment]")].map(({ id }) => id));
  const page = await send(form, submitter, "#fils");
  if (!page) return;
  for (const part of ["#discussion-head", "#champs-caches", ".facts"]) {
    const fresh = page.querySelector(part);
    if (fresh) document.querySelector(part)?.replaceWith(fresh);
  }
  // Beside the passages of the text: how many comments speak of each.
  for (const link of document.querySelectorAll("a.discuss")) {
    const [passage] = link.getAttribute("href").split("#");
    const fresh = page.querySelector(`a.discuss[href^="${passage}#"]`);
    if (fresh) link.replaceWith(fresh);
  }
  for (const field of form.querySelectorAll("textarea, [name=keywords], [type=file]")) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  tell(page);
  const own = [...discussion.querySelectorAll("[data-own]")].find(({ id }) => !known.has(id));
  if (own) {
    own.focus({ preventScroll: true });
    own.scrollIntoView({ block: "center", behavior: "instant" });
  }
}

async function react(form, submitter) {
  const target = `#${submitter.closest("[data-reactions]").id}`;
  const page = await send(form, submitter, target);
  if (!page) return;
  document.querySelector(`${target} [value="${submitter.value}"]`)?.focus();
  tell(page);
}

if (htmx && said) {
  discussion.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || "plain" in form.dataset) return;
    // Buttons with a name lead elsewhere; a form that the server filled goes on as it began, and
    // documents are dear to send twice.
    const simple =
      form === write &&
      !submitter?.name &&
      !form.querySelector(FILLED) &&
      !form.querySelector("[type=file]")?.files.length;
    const reaction = form.id === "avis" && submitter?.closest("[data-reactions]");
    // One at a time in place: what comes meanwhile goes as any form.
    if ((!simple && !reaction) || discussion.getAttribute("aria-busy")) return;
    event.preventDefault();
    (simple ? post : react)(form, submitter);
  });
}
