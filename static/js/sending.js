// Says on its button that a form is on its way, and keeps it from being sent twice by impatience:
// <button data-sending="Envoi…">. Without this script the browser alone says that it is busy, and
// the server stores once what comes twice.
const BUTTON = "button:not([type=button]), input[type=submit]";

function begin(form, submitter) {
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
    const form = event.target.closest(BUTTON)?.form;
    if (form?.getAttribute("aria-busy") === "true") event.preventDefault();
  },
  { capture: true },
);
document.addEventListener("plenum:answered", ({ target }) => end(target));
// Back from where the form had led.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("form[aria-busy]").forEach(end);
});
