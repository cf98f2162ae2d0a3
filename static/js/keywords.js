// Completes keywords while they are typed, in any <input data-keywords="address of the words">.
// Without this script the field is a plain one, and its words are checked when the form is sent.
// The words of a field stand between commas or semicolons; with data-keywords-one there is one only. What is said
// to screen readers comes from data-keywords-none, -one-found and -found ("%n" is the number).
const WAIT = 150; // milliseconds of silence before the site is asked

let fields = 0;

function enhance(input) {
  const single = input.hasAttribute("data-keywords-one");
  const id = `words-${(fields += 1)}`;
  const list = document.createElement("ul");
  list.id = id;
  list.className = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`)?.textContent ?? "");
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "hidden-text";
  status.setAttribute("role", "status");

  const frame = document.createElement("div");
  frame.className = "completed";
  input.before(frame);
  frame.append(input, list, status);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", id);
  input.setAttribute("autocomplete", "off");

  let chosen = -1;
  let timer = 0;
  let asked = null;

  // Where the word at the caret begins and ends.
  function word() {
    if (single) return [0, input.value.length];
    const caret = input.selectionStart ?? input.value.length;
    const start = input.value.slice(0, caret).search(/[^,;]*$/);
    const end = input.value.slice(caret).search(/[,;]/);
    return [start, end < 0 ? input.value.length : caret + end];
  }

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    list.replaceChildren();
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    const options = list.children;
    if (chosen >= 0) options[chosen].setAttribute("aria-selected", "false");
    chosen = index;
    if (chosen < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    options[chosen].setAttribute("aria-selected", "true");
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function take(option) {
    const [start, end] = word();
    const before = input.value.slice(0, start) + (start ? " " : "");
    const after = input.value.slice(end);
    const tail = single || after ? "" : ", ";
    input.value = before + option.dataset.word + tail + after;
    const caret = (before + option.dataset.word + tail).length;
    input.setSelectionRange(caret, caret);
    status.textContent = "";
    close();
  }

  function show(words) {
    list.replaceChildren(
      ...words.map(({ label, language, also }, index) => {
        const option = document.createElement("li");
        option.id = `${id}-${index}`;
        option.dataset.word = label;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const name = document.createElement("span");
        name.lang = language;
        name.textContent = label;
        option.append(name);
        if (also) {
          const other = document.createElement("span");
          other.className = "also";
          other.textContent = ` ${also}`;
          option.append(other);
        }
        return option;
      }),
    );
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !words.length;
    input.setAttribute("aria-expanded", String(words.length > 0));
    const { keywordsNone, keywordsOneFound, keywordsFound } = input.dataset;
    const said = [keywordsNone, keywordsOneFound][words.length] ?? keywordsFound ?? "%n";
    status.textContent = said.replace("%n", words.length);
  }

  async function ask() {
    const [start, end] = word();
    const typed = input.value.slice(start, end).trim();
    asked?.abort();
    if (!typed) {
      close();
      return;
    }
    asked = new AbortController();
    const address = new URL(input.dataset.keywords, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { signal: asked.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const { words } = await answer.json();
      if (document.activeElement === input) show(words);
    } catch {
      close(); // another letter came, or the network is away: the field works without
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "ArrowDown" && list.hidden) {
      ask();
    } else if (event.key === "ArrowDown") {
      mark(chosen >= last ? 0 : chosen + 1);
    } else if (event.key === "ArrowUp" && !list.hidden) {
      mark(chosen <= 0 ? last : chosen - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      take(list.children[chosen]);
    } else if (event.key === "Escape" && !list.hidden) {
      close();
    } else {
      return;
    }
    event.preventDefault();
  });
  // Pressing must not take the focus from the field, or the list closes before the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  input.addEventListener("blur", close);
}

for (const input of document.querySelectorAll("input[data-keywords]")) enhance(input);
