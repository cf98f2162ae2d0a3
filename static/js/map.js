// The map of keywords: what is pointed at or focused is lit with what it goes with.

const frame = document.querySelector("[data-map]");

function light(topic) {
  const number = topic?.dataset.topic;
  const lit = new Set([number]);
  for (const stem of frame.querySelectorAll("[data-one]")) {
    const { one, other } = stem.dataset;
    const its = one === number || other === number;
    stem.classList.toggle("lit", its);
    if (its) lit.add(one).add(other);
  }
  for (const each of frame.querySelectorAll("[data-topic]")) {
    each.classList.toggle("lit", lit.has(each.dataset.topic));
  }
  frame.classList.toggle("pointing", Boolean(topic));
}

// On the frame and not on the picture: a browser lets the keyboard stop at a picture that listens.
if (frame) {
  for (const event of ["pointerover", "focusin"]) {
    frame.addEventListener(event, (happened) => light(happened.target.closest("[data-topic]")));
  }
  for (const event of ["pointerleave", "focusout"]) frame.addEventListener(event, () => light(null));
}
