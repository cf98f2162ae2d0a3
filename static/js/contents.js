// Marks, in the contents list, the section being read. Without this script the list is a list of
// links that marks nothing.
const list = document.querySelector("[data-contents]");

if (list) {
  const links = new Map();
  for (const link of list.querySelectorAll("a")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }

  let waiting = false;

  function mark() {
    waiting = false;
    // A section is being read once its title has passed the upper third of the window.
    const line = window.innerHeight / 3;
    let current = null;
    for (const [section, link] of links) {
      if (section.getBoundingClientRect().top <= line) current = link;
    }
    for (const link of links.values()) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    // A contents list longer than the window follows as well.
    if (current && list.scrollHeight > list.clientHeight) {
      list.scrollTop = current.offsetTop - list.clientHeight / 2;
    }
  }

  function soon() {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(mark);
    }
  }

  document.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("resize", soon);
  mark();
}
