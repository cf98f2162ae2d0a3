// Keeps a comment being written on this device until it is sent: the message and the time, for
// seven days at most. Without this script what is typed lives as long as the page, as in any form.
const DAYS = 7;
const PREFIX = "draft:";

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
  names: (where) => {
    try {
      return Object.keys(where());
    } catch {
      return [];
    }
  },
};
const kept = () => localStorage;
const visit = () => sessionStorage;

// {text, at} of a draft that is young enough; anything else under its name is no draft.
function draftOf(name) {
  try {
    const draft = JSON.parse(store.read(kept, name));
    const age = Date.now() - draft.at;
    if (typeof draft.text === "string" && age >= 0 && age < DAYS * 86_400_000) return draft;
  } catch {
    // what an older version of this script kept
  }
  return null;
}

// What is too old goes, whatever page it was written for.
for (const name of store.names(kept)) {
  if (name.startsWith(PREFIX) && !draftOf(name)) store.write(kept, name, "");
}

const form = document.querySelector("[data-draft]");
const text = form?.querySelector("textarea");

if (text) {
  const key = PREFIX + form.dataset.draft;
  const note = form.querySelector("[data-draft-found]");
  const cameBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";

  // Sent, and the form is not back with a complaint: the draft has done its work. After "back" it
  // may be that the network failed, so there it stays.
  if (store.read(visit, key) && !text.value && !cameBack) store.write(kept, key, "");
  store.write(visit, key, "");

  const draft = draftOf(key);
  if (draft && !text.value) {
    text.value = draft.text;
    if (note) note.hidden = false;
  }

  text.addEventListener("input", () => {
    const now = text.value && JSON.stringify({ text: text.value, at: Date.now() });
    store.write(kept, key, now);
  });
  form.addEventListener("submit", ({ submitter }) => {
    // A look at it, or a way to sign in that may be given up, sends nothing.
    if (!["preview", "sign_in", "drop"].includes(submitter?.name)) store.write(visit, key, "sent");
  });
  for (const answered of ["plenum:posted", "plenum:refused"]) {
    form.addEventListener(answered, () => store.write(visit, key, "")); // the page stays
  }
  form.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
    text.value = "";
    store.write(kept, key, "");
    note.hidden = true;
    text.focus();
  });
}
