// Whoever signs out leaves nothing behind on this device. Without scripts nothing was kept on it.
// The back office makes its form when its menu is opened: what listens is the document.
document.addEventListener("submit", ({ target }) => {
  if (!/\/logout\/$/.test(target.getAttribute("action") ?? "")) return;
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("draft:")) localStorage.removeItem(name);
    }
  } catch {
    // storage refused: nothing is kept
  }
});
