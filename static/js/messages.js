// Keeps what the site answers in sight, where the reader has been led down the page, and lets it be
// closed. Without this script it stands once, at the head of the page.
export function keepInSight(list) {
  list.classList.add("in-sight");
  for (const message of list.children) {
    const close = document.createElement("button");
    close.type = "button";
    close.className = "as-link";
    close.textContent = list.dataset.close;
    close.addEventListener("click", () => {
      message.remove();
      if (!list.children.length) list.remove();
      document.querySelector("main").focus({ preventScroll: true });
    });
    message.append(close);
  }
}

const list = document.querySelector("[data-messages]");
if (list) keepInSight(list);
