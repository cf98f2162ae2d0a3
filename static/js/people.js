// After an @ in a message, offers names of people; choosing one writes "@[Name]". Without this
// script the same can be typed. The names are buttons under the message, reached with Tab, so the
// field stays a plain one.
const field = document.querySelector("textarea[data-people]");

if (field) {
  const offer = document.createElement("ul");
  offer.className = "people inline-list";
  offer.hidden = true;
  const said = document.createElement("p");
  said.className = "hidden-text";
  said.setAttribute("role", "status");
  field.after(offer, said);

  let waiting = 0;
  let asked = "";

  // What is typed after the last @ before the cursor, if a name may be meant.
  const begun = () =>
    /(?:^|[\s(])@\[?([\p{L}][\p{L}'’ -]{1,40})$/u.exec(field.value.slice(0, field.selectionStart));

  function close() {
    offer.hidden = true;
    offer.replaceChildren();
    said.textContent = "";
  }

  function choose(name, typed) {
    const end = field.selectionStart;
    const start = field.value.lastIndexOf("@", end - typed.length);
    field.setRangeText(`@[${name}] `, start, end, "end");
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function look() {
    const typed = begun()?.[1];
    if (!typed) return close();
    asked = typed;
    try {
      const answer = await fetch(`${field.dataset.people}?q=${encodeURIComponent(typed)}`);
      if (!answer.ok) return close();
      const { people } = await answer.json();
      if (asked !== typed || begun()?.[1] !== typed) return; // typed on meanwhile
      if (!people.length) return close();
      offer.replaceChildren(
        ...people.map((name) => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "small-button second";
          button.textContent = name;
          button.addEventListener("click", () => choose(name, typed));
          const item = document.createElement("li");
          item.append(button);
          return item;
        }),
      );
      offer.hidden = false;
      said.textContent = field.dataset.peopleFound.replace("%n", people.length);
    } catch {
      close(); // the network failed: the name can still be typed
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 200);
  });
  for (const part of [field, offer]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || offer.hidden) return;
      close();
      field.focus();
    });
  }
}
