// A list of completions under a text field, after the combobox pattern of WAI-ARIA.
//
//   complete(input, {
//     name: "words",                     // begins the ids of the list
//     label: "Suggestions",              // what the list is called
//     address: () => URL | null,         // what to ask the site; nothing to ask closes the list
//     options: (answer) => [item, …],    // from the JSON of the answer
//     show: (item, option) => …,         // fills the <li> of an item
//     take: (item) => …,                 // an item was chosen
//     said: ["none", "one", "%n found"], // for screen readers
//   });
const WAIT = 150; // milliseconds of silence before the site is asked

let fields = 0;

export function complete(input, { name, label, address, options, show, take, said }) {
  const id = `${name}-${(fields += 1)}`;
  const list = document.createElement("ul");
  list.id = id;
  list.className = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
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

  let items = [];
  let chosen = -1;
  let timer = 0;
  let asked = null;

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    const option = list.children[chosen];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function accept(index) {
    const item = items[index];
    close();
    take(item);
  }

  function open(answer) {
    items = options(answer);
    list.replaceChildren(
      ...items.map((item, index) => {
        const option = document.createElement("li");
        option.id = `${id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        show(item, option);
        return option;
      }),
    );
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(items.length > 0));
    const [none, one, many] = said;
    status.textContent = ([none, one][items.length] ?? many ?? "%n").replace("%n", items.length);
  }

  async function ask() {
    const question = address();
    asked?.abort();
    if (!question) {
      close();
      return;
    }
    asked = new AbortController();
    try {
      const answer = await fetch(question, { signal: asked.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      const found = await answer.json();
      if (document.activeElement === input) open(found);
    } catch (error) {
      // Another letter came, or the network is away: the field works without.
      if (error.name !== "AbortError") close();
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
    } else if (event.key === "Home" && chosen >= 0) {
      mark(0);
    } else if (event.key === "End" && chosen >= 0) {
      mark(last);
    } else if (event.key === "Enter" && chosen >= 0) {
      accept(chosen);
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
    if (option) accept([...list.children].indexOf(option));
  });
  input.addEventListener("blur", close);
}

// Words within an option, in their language, or of a class of their own.
export function words(text, { lang, className } = {}) {
  const span = document.createElement("span");
  if (lang) span.lang = lang;
  if (className) span.className = className;
  span.textContent = text;
  return span;
}
