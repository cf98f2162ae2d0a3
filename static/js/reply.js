// Opens the form under the comment being answered. Without this script the "Répondre" link loads
// the page with the form at its end, quoting that comment.
const form = document.querySelector("[data-comment-form]");
const field = form?.querySelector("[name='reply_to']");

if (field) {
  const home = form.parentElement;
  const anew = form.querySelector("[data-reply-cancel]");
  const title = form.querySelector("[data-reply-title]");
  const plain = title.textContent;

  function answer(link) {
    field.value = link.dataset.reply;
    title.textContent = link.textContent;
    form.querySelector("[data-reply-quoted]")?.remove();
    link.closest("[data-comment]").append(form);
    anew.hidden = false;
    form.querySelector("textarea").focus();
  }

  function startAnew() {
    field.value = "";
    title.textContent = plain;
    home.append(form);
    anew.hidden = true;
    form.querySelector("textarea").focus();
  }

  for (const link of document.querySelectorAll("a[data-reply]")) {
    link.addEventListener("click", (event) => {
      // A new tab or window was asked for: the link does that by itself.
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      answer(link);
    });
  }
  anew?.addEventListener("click", (event) => {
    event.preventDefault();
    startAnew();
  });
}
