// Whoever signs out leaves nothing behind on this device. Without scripts nothing was kept on it.
for (const form of document.querySelectorAll("form[action*='logout']")) {
  form.addEventListener("submit", () => {
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith("draft:")) localStorage.removeItem(name);
      }
    } catch {
      // storage refused: nothing is kept
    }
  });
}
