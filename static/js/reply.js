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
    form.querySelector("[name='reply_to']").value = link.dataset.reply;
    title.textContent = link.textContent;
    form.querySelector("[data-reply-quoted]")?.remove();
    link.closest("[data-comment]").append(form);
    anew.hidden = false;
    form.querySelector("textarea").focus();
  }

  function goHome() {
    form.querySelector("[name='reply_to']").value = "";
    title.textContent = plain;
    home.append(form);
    anew.hidden = true;
  }

  // Comments come and go (see live.js): what listens is what they are in.
  document.querySelector("#discussion").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-reply]");
    // A new tab or window was asked for: the link does that by itself.
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    answer(link);
  });
  anew?.addEventListener("click", (event) => {
    event.preventDefault();
    goHome();
    form.querySelector("textarea").focus();
  });
  form.addEventListener("plenum:posted", goHome);
}
