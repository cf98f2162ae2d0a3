// Keeps a comment being written on this device until it is sent. Without this script what is typed
// lives as long as the page, as in any form.
const form = document.querySelector("[data-draft]");
const text = form?.querySelector("textarea");

if (text) {
  const key = `draft:${form.dataset.draft}`;
  const note = form.querySelector("[data-draft-found]");
  const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";

  const store = {
    read: (where, name) => {
      try {
        return where().getItem(name);
      } catch {
        return null; // storage refused: nothing is kept
      }
    },
    write: (where, name, value) => {
      try {
        if (value) where().setItem(name, value);
        else where().removeItem(name);
      } catch {
        // as above
      }
    },
  };
  const kept = () => localStorage;
  const visit = () => sessionStorage;

  // Sent, and the form is not back with a complaint: the draft has done its work. After "back" it
  // may be that the network failed, so there it stays.
  if (store.read(visit, key) && !text.value && !cameBack) store.write(kept, key, "");
  store.write(visit, key, "");

  const draft = store.read(kept, key);
  if (draft && !text.value) {
    text.value = draft;
    if (note) note.hidden = false;
  }

  text.addEventListener("input", () => store.write(kept, key, text.value));
  form.addEventListener("submit", () => store.write(visit, key, "sent"));
  form.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
    text.value = "";
    store.write(kept, key, "");
    note.hidden = true;
    text.focus();
  });
}
