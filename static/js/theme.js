// Light or dark, as the reader chose. Without this script the page follows the device, and the
// switch in the footer stays hidden. Not a module: it must run before the first paint.
(() => {
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem("theme") || "";
    } catch {
      return ""; // storage refused: the choice lasts as long as the page
    }
  }

  function show(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  show(remembered());

  document.addEventListener("DOMContentLoaded", () => {
    const control = document.querySelector("[data-theme-switch]");
    if (!control) return;
    const theme = remembered();
    for (const choice of control.querySelectorAll("input")) choice.checked = choice.value === theme;
    control.addEventListener("change", ({ target }) => {
      show(target.value);
      try {
        localStorage.setItem("theme", target.value);
      } catch {
        // as above
      }
    });
    control.hidden = false;
  });
})();
