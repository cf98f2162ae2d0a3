// Has the browser do a little work before a visitor's comment is sent; see discussion/proof.py.
// It begins when somebody begins to write. Without this script a moderator reads the comment first.
const form = document.querySelector("[data-proof]")?.form;

if (form && window.Worker) {
  const field = () => form.querySelector("[data-proof]");
  let solving;

  function solve() {
    solving ??= new Promise((done) => {
      const challenge = JSON.parse(field().dataset.proof);
      const worker = new Worker(field().dataset.worker);
      worker.addEventListener("message", ({ data }) => {
        field().value = btoa(JSON.stringify({ challenge, solution: data }));
        worker.terminate();
        done();
      });
      worker.addEventListener("error", done);
      worker.postMessage(challenge.parameters);
    });
    return solving;
  }

  form.addEventListener("focusin", solve);
  for (const answered of ["plenum:posted", "plenum:refused"]) {
    form.addEventListener(answered, () => {
      solving = undefined; // the form has a challenge of its own again
    });
  }
  form.addEventListener(
    "submit",
    async (event) => {
      if (field().value || event.submitter?.formNoValidate) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      await Promise.race([solve(), new Promise((done) => setTimeout(done, 10_000))]);
      field().value ||= "-"; // sent as it is: the work is not worth waiting longer
      form.requestSubmit(event.submitter);
    },
    { capture: true },
  );
}
