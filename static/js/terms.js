// Shows the definition of a term beside it: under the pointer, with the focus, or at a first tap.
// Without this script a term is a link to its page, described by the same definition.
const definitions = document.querySelector("[data-definitions]");

if (definitions && "popover" in HTMLElement.prototype) {
  const WAIT = 250; // milliseconds before it comes, and before it goes
  const EDGE = 12; // pixels kept free at the sides of the window
  const GAP = 4; // pixels between a term and its definition
  const note = document.createElement("div");
  const name = element("p", "name");
  const words = element("p", "words");
  const more = element("a");
  note.className = "term-note";
  note.popover = "manual";
  // Those who hear the page have heard the definition with the link; and Enter goes there.
  note.setAttribute("aria-hidden", "true");
  more.tabIndex = -1;
  more.textContent = definitions.dataset.more;
  note.append(name, words, more);
  document.body.append(note);

  let told = null; // the term whose definition is shown
  let timer = 0;
  let pointer = "";

  function element(tag, className = "") {
    const made = document.createElement(tag);
    made.className = className;
    return made;
  }

  function copy(from, to) {
    to.textContent = from.textContent;
    to.lang = from.lang;
  }

  function show(term, at) {
    clearTimeout(timer);
    if (told === term) return;
    hide();
    const definition = document.getElementById(term.getAttribute("aria-describedby"));
    if (!definition) return;
    copy(definition.previousElementSibling, name);
    copy(definition, words);
    more.href = term.href;
    told = term;
    term.classList.add("told");
    note.showPopover();
    place(term, at);
  }

  // Under the line of the term that is pointed at; above it where there is no room below.
  function place(term, at) {
    const lines = [...term.getClientRects()];
    const line = lines.find((each) => at && at.y >= each.top && at.y <= each.bottom) ?? lines[0];
    const { width, height } = note.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - EDGE;
    const below = line.bottom + GAP + height <= window.innerHeight || line.top < height + GAP;
    note.style.left = `${Math.max(EDGE, Math.min(line.left, room)) + window.scrollX}px`;
    const top = below ? line.bottom + GAP : line.top - GAP - height;
    note.style.top = `${top + window.scrollY}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (!told) return;
    told.classList.remove("told");
    told = null;
    note.hidePopover();
  }

  function later(action) {
    clearTimeout(timer);
    timer = setTimeout(action, WAIT);
  }

  // It stays while the pointer is on the term or on itself, and while the term has the focus.
  function leave(event) {
    if (event.pointerType !== "touch" && !told?.matches(":focus-visible")) later(hide);
  }

  for (const term of document.querySelectorAll("a.term[aria-describedby]")) {
    term.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "touch") return;
      const at = { y: event.clientY };
      later(() => show(term, at));
    });
    term.addEventListener("pointerleave", (event) => {
      if (told === term) leave(event);
      else clearTimeout(timer);
    });
    term.addEventListener("pointerdown", (event) => {
      pointer = event.pointerType;
    });
    term.addEventListener("focus", () => {
      if (term.matches(":focus-visible")) show(term);
    });
    term.addEventListener("blur", () => {
      if (!note.matches(":hover")) hide();
    });
    // The first tap tells; the second, or the link in the definition, goes.
    term.addEventListener("click", (event) => {
      if (pointer !== "touch" || told === term) return;
      event.preventDefault();
      show(term, { y: event.clientY });
    });
  }
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", (event) => {
    pointer = "";
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    if (told && !told.contains(event.target) && !note.contains(event.target)) hide();
  });
  window.addEventListener("resize", hide);
}
