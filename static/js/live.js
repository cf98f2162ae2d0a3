// Posts and reacts without leaving the page: htmx sends the form and puts the discussion's threads
// in place, the reader stays where they are, and what happened is said to screen readers. Remarks
// on the form are put into it. Whatever does not go as hoped (a session that ended, no network) is
// sent once more as any form is: the server stores it once, and its page says what there is to say.
// Without this script that is what always happens.
import { keepInSight } from "./messages.js";
import { clear, show } from "./remarks.js";

const { htmx } = window;
const discussion = document.querySelector("#discussion");
const said = discussion?.querySelector("[data-said]");
const write = discussion?.querySelector("[data-comment-form]");
const shown = new WeakSet(); // remarks that were put into the form here
const FILLED = "[role=alert], #apercu, .kept-files, [data-about], [data-reply-quoted]";

// The form of comments as it came back with remarks, while it is for the same reader.
function refused(answer) {
  const fresh = answer.querySelector("[data-comment-form]");
  const same = (name) => Boolean(fresh?.querySelector(name)) === Boolean(write.querySelector(name));
  return fresh?.querySelector("[role=alert]") && same("[data-proof]") ? fresh : null;
}

// Sends a form, puts `target` of the answer in place of ours, and gives the answer; null if that
// could not be, and then remarks are shown, or the form is on its way as any form.
async function send(form, submitter, target) {
  let page = null;
  let fresh = null;
  const before = (event) => {
    const { xhr } = event.detail;
    const answer = new DOMParser().parseFromString(xhr.responseText, "text/html");
    if (xhr.status === 200) page = answer.querySelector(target) && answer;
    else if (form === write) fresh = refused(answer);
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
  if (page || fresh) form.dispatchEvent(new Event("plenum:answered", { bubbles: true }));
  if (fresh) {
    comeBack(fresh);
  } else if (!page) {
    form.dataset.plain = "";
    form.requestSubmit(submitter);
  }
  return page;
}

function comeBack(fresh) {
  // What it answered may have gone.
  if (!Number(fresh.elements.reply_to.value)) write.querySelector("[data-reply-cancel] a").click();
  show(write, fresh);
  document.querySelector("#champs-caches").replaceWith(fresh.querySelector("#champs-caches"));
  write.dispatchEvent(new Event("plenum:refused"));
  for (const remark of write.querySelectorAll("[data-remark]")) shown.add(remark);
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
  clear(form);
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
      [...form.querySelectorAll(FILLED)].every((part) => shown.has(part)) &&
      !form.querySelector("[type=file]")?.files.length;
    const reaction = form.id === "avis" && submitter?.closest("[data-reactions]");
    // One at a time in place: what comes meanwhile goes as any form.
    if ((!simple && !reaction) || discussion.getAttribute("aria-busy")) return;
    event.preventDefault();
    (simple ? post : react)(form, submitter);
  });
}
