// What the answer of the autosave says about single fields: notes, errors, a new beginning of the conversation.
(() => {
  "use strict";
  const form = document.getElementById("contact-form");
  if (!form) return;

  function tell(line, notice) {
    const field = form.elements[line.dataset.note];
    line.hidden = !notice;
    line.textContent = notice?.text ?? "";
    line.className = notice?.error ? "errorlist" : "help";
    if (!(field instanceof Element)) return;
    if (notice?.error) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  form.addEventListener("autosaved", (event) => {
    const { notices, started_at: begun } = event.detail;
    form.querySelectorAll("[data-note]").forEach((line) => tell(line, notices?.[line.dataset.note]));
    const timer = document.getElementById("contact-timer");
    if (timer && begun) timer.dataset.since = timer.dateTime = begun;
  });
})();
