// Shows what the site remarks on a form in the form that was sent: its fields stay, with what was
// typed and what completes them. `[data-remark]` is what only a form with remarks has.
const named = (form, part) => {
  const name = part.querySelector("[name]")?.name;
  return form.querySelector(`.field [name="${name}"]`);
};

export function clear(form) {
  for (const remark of form.querySelectorAll("[data-remark], .errorlist")) remark.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

// The remarks of `fresh`, the same form in the answer, at the same places in ours.
export function show(form, fresh) {
  clear(form);
  const places = new Map();
  for (const remark of fresh.querySelectorAll("[data-remark]")) {
    const before = remark.previousElementSibling;
    const place =
      places.get(before) ??
      (before.id ? form.querySelector(`#${before.id}`) : named(form, before).closest(".field"));
    const copy = document.importNode(remark, true);
    place.after(copy);
    places.set(remark, copy);
  }
  for (const field of fresh.querySelectorAll(".field")) {
    const ours = named(form, field);
    const theirs = named(fresh, field);
    if (!ours || ours.closest("[data-remark]")) continue;
    for (const attribute of ["aria-invalid", "aria-describedby"]) {
      if (theirs.hasAttribute(attribute)) ours.setAttribute(attribute, theirs.getAttribute(attribute));
    }
    const errors = field.querySelector(".errorlist");
    if (errors) ours.closest(".field").append(document.importNode(errors, true));
  }
  const summary = form.querySelector("[data-remark][role=alert]");
  summary.tabIndex = -1;
  summary.focus();
}
