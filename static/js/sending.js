// Says on its button that a form is on its way, and keeps it from being sent twice by impatience:
// <button data-sending="Envoi…">. Without this script the browser alone says that it is busy, and
// the server stores once what comes twice.
const BUTTON = "button:not([type=button]), input[type=submit]";
// Nobody tells that a sending was stopped: after so many milliseconds one may try again.
const PATIENCE = 30_000;
const waits = new WeakMap();

function begin(form, submitter) {
  clearTimeout(waits.get(form));
  waits.set(form, setTimeout(end, PATIENCE, form));
  form.setAttribute("aria-busy", "true");
  // Enter presses a button that is not seen: it is the one with words that has to say it.
  const pressed = submitter?.name ? submitter : form.querySelector("[data-sending]");
  if (!pressed || pressed.hasAttribute("aria-disabled")) return;
  pressed.setAttribute("aria-disabled", "true");
  if (!pressed.dataset.sending) return;
  pressed.style.minInlineSize = `${pressed.offsetWidth}px`; // what stands beside it stays
  pressed.dataset.plain = pressed.textContent;
  pressed.textContent = pressed.dataset.sending;
}

function end(form) {
  form.removeAttribute("aria-busy");
  for (const button of form.elements) {
    if (!button.hasAttribute("aria-disabled")) continue;
    button.removeAttribute("aria-disabled");
    if (button.dataset.plain) button.textContent = button.dataset.plain;
  }
}

// What a script sends on (see proof.js and live.js) has begun already; a second click has not.
document.addEventListener("submit", ({ target, submitter }) => begin(target, submitter), {
  capture: true,
});
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest(BUTTON);
    // All reactions of a page share a form: of them, the one that is on its way waits.
    const busy = button?.form?.id === "avis" ? button : button?.form;
    if (busy?.matches("[aria-busy=true], [aria-disabled=true]")) event.preventDefault();
  },
  { capture: true },
);
// What became wrong while proof.js worked is not sent; Escape stops what the browser sends.
document.addEventListener("invalid", ({ target }) => target.form && end(target.form), {
  capture: true,
});
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") document.querySelectorAll("form[aria-busy]").forEach(end);
});
document.addEventListener("plenum:answered", ({ target }) => end(target));
// Back from where the form had led.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("form[aria-busy]").forEach(end);
});
