// Completes keywords while they are typed, in any <input data-keywords="address of the words">.
// Without this script the field is a plain one, and its words are checked when the form is sent.
// The words of a field stand between commas or semicolons; with data-keywords-one there is one only. What is said
// to screen readers comes from data-keywords-none, -one-found and -found ("%n" is the number).
import { complete, words } from "./combobox.js";

function enhance(input) {
  const single = input.hasAttribute("data-keywords-one");
  const { keywords, keywordsNone, keywordsOneFound, keywordsFound } = input.dataset;

  // Where the word at the caret begins and ends.
  function word() {
    if (single) return [0, input.value.length];
    const caret = input.selectionStart ?? input.value.length;
    const start = input.value.slice(0, caret).search(/[^,;]*$/);
    const end = input.value.slice(caret).search(/[,;]/);
    return [start, end < 0 ? input.value.length : caret + end];
  }

  complete(input, {
    name: "words",
    label: document.querySelector(`label[for="${input.id}"]`)?.textContent ?? "",
    said: [keywordsNone, keywordsOneFound, keywordsFound],
    address() {
      const typed = input.value.slice(...word()).trim();
      const address = new URL(keywords, location.href);
      address.searchParams.set("q", typed);
      return typed ? address : null;
    },
    options: (answer) => answer.words,
    show({ label, language, also }, option) {
      option.append(words(label, { lang: language }));
      if (also) option.append(words(` ${also}`, { className: "also" }));
    },
    take({ label }) {
      const [start, end] = word();
      const before = input.value.slice(0, start) + (start ? " " : "") + label;
      const after = input.value.slice(end);
      input.value = before + (single || after ? "" : ", ") + after;
      input.setSelectionRange(before.length, before.length);
    },
  });
}

for (const input of document.querySelectorAll("input[data-keywords]")) enhance(input);
