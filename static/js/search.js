// Suggests pages, people and keywords while somebody types into an
// <input data-suggestions="address of the suggestions">; the one chosen opens. Without this script,
// or with nothing chosen, the form is sent. Screen readers are told data-suggestions-label, and then
// data-suggestions-none, -one-found or -found ("%n" is the number).
import { complete, words } from "./combobox.js";

const SHORTEST = 2;

for (const input of document.querySelectorAll("input[data-suggestions]")) {
  const { suggestions, suggestionsLabel, suggestionsNone, suggestionsOneFound, suggestionsFound } =
    input.dataset;
  complete(input, {
    name: "suggestions",
    label: suggestionsLabel,
    said: [suggestionsNone, suggestionsOneFound, suggestionsFound],
    address() {
      const typed = input.value.trim();
      const address = new URL(suggestions, location.href);
      address.searchParams.set("q", typed);
      const group = input.form?.elements.namedItem("groupe")?.value;
      if (group) address.searchParams.set("groupe", group);
      return typed.length < SHORTEST ? null : address;
    },
    options: (answer) => answer.suggestions,
    show({ label, language, kind, also }, option) {
      option.append(words(label, { lang: language }));
      if (also) option.append(words(` ${also}`, { className: "also" }));
      option.append(words(` ${kind}`, { className: "also kind" }));
    },
    take({ url }) {
      location.assign(url);
    },
  });
}

// An address to share has no parameters that say nothing.
document.querySelector("search form")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});
