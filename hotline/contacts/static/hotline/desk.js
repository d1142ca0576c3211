// Shows notes, errors and a changed start time from the autosave's response. Keyboard control of the topics.
(() => {
  "use strict";
  const form = document.getElementById("contact-form");
  if (!form) return;

  function tell(line, notice) {
    const field = form.elements[line.dataset.note];
    line.parentElement.querySelector("ul.errorlist")?.remove(); // errors of the page; the response has the current ones
    line.hidden = !notice;
    line.textContent = notice?.text ?? "";
    line.className = notice?.error ? "errorlist" : "help";
    if (!(field instanceof Element)) return;
    if (notice?.error) {
      field.setAttribute("aria-invalid", "true");
      field.closest("details")?.setAttribute("open", "");
    } else field.removeAttribute("aria-invalid");
  }

  form.addEventListener("autosaved", (event) => {
    const { notices, started_at: begun, began_text: clock } = event.detail;
    form.querySelectorAll("[data-note]").forEach((line) => tell(line, notices?.[line.dataset.note]));
    const began = document.getElementById("contact-began");
    if (!began || !begun) return;
    began.dateTime = begun;
    began.textContent = clock;
  });

  // Topics: letters move to the next one that begins with them, arrow keys to its neighbours, Space ticks it.
  const topics = document.getElementById("id_topics_group");
  const FORGETS = 800; // ms between two letters of a word
  let typed = "";
  let last = 0;

  const plain = (text) => text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, ""); // "École" by "ec"

  function wanted(event, boxes) {
    const here = boxes.indexOf(event.target);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) return boxes.at((here + step) % boxes.length);
    if (event.key === " ") typed = ""; // ticking ends the typed word
    if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.altKey || event.metaKey) return null;
    typed = (event.timeStamp - last < FORGETS ? typed : "") + plain(event.key);
    last = event.timeStamp;
    const from = typed.length > 1 ? here : here + 1;
    const inTurn = [...boxes.slice(from), ...boxes.slice(0, from)];
    return inTurn.find((box) => plain(box.closest("label").textContent).startsWith(typed)) ?? null;
  }

  topics?.addEventListener("keydown", (event) => {
    const box = wanted(event, [...topics.querySelectorAll("input")]);
    if (!box) return;
    event.preventDefault();
    box.focus();
  });
})();
