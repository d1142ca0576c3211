// The keys of the checklist, and where the focus goes. In a question: a digit gives that answer and goes on to the next
// one without an answer, Enter goes on. The digits work only inside a question (WCAG 2.1.4) and can be switched off.
(() => {
  "use strict";
  const body = document.body;
  if (body.dataset.checklist) return; // every fetched panel loads this script again
  body.dataset.checklist = "on";

  const byId = (id) => document.getElementById(id);
  const singleKeys = () => localStorage.getItem("lotse.single-keys") !== "off";
  const questions = () => [...document.querySelectorAll("#triage-panel [data-question]")].filter((one) => one.checkVisibility());
  const isAnswered = (question) => Boolean(question.querySelector("input:checked"));

  function show(element) {
    element.scrollIntoView({ block: "nearest" });
  }

  function focusOn(question) {
    (question.querySelector("input:checked") ?? question.querySelector("input")).focus();
    show(question);
  }

  /** The first question without an answer after this one, else the first of all, else the decision.
   *  A question that has just appeared gets no focus at once: it would take the next digit typed. */
  function goOn(question) {
    const all = questions();
    const at = all.indexOf(question);
    const next = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].find((one) => !isAnswered(one));
    if (next) focusOn(next);
    else byId("triage-finish-open")?.focus();
  }

  function answer(question, input) {
    if (input.type === "checkbox") {
      input.focus();
      input.click();
      return;
    }
    input.focus();
    if (!input.checked) {
      input.checked = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    goOn(question);
  }

  document.addEventListener(
    "keydown",
    (event) => {
      const question = event.target.closest?.("[data-question]");
      if (!question || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
      if (event.key === "Enter") {
        event.preventDefault();
        goOn(question);
      } else if (/^[1-9]$/.test(event.key) && singleKeys()) {
        const input = question.querySelectorAll("input")[Number(event.key) - 1];
        if (!input) return;
        event.preventDefault();
        answer(question, input);
      }
    },
    true,
  );

  // Choosing an exclusive answer clears the others, and the reverse: the server refuses both together.
  document.addEventListener(
    "change",
    (event) => {
      const input = event.target;
      const question = input.closest?.("[data-question]");
      if (!question || input.type !== "checkbox" || !input.checked) return;
      const alone = "exclusive" in input.dataset;
      question.querySelectorAll("input:checked").forEach((other) => {
        if (other !== input && (alone || "exclusive" in other.dataset)) other.checked = false;
      });
    },
    true,
  );

  document.addEventListener("click", (event) => {
    if (event.target.closest("#triage-next")) goOn(null);
    if (event.target.closest("#triage-finish-open")) isOpening = true;
  });

  // The decision form: focus its first field when it opens, or the field with an error.
  let isOpening = false;
  let kept = null; // input of a decision form that is being fetched again
  body.addEventListener("htmx:afterSettle", (event) => {
    const form = byId("triage-finish-form");
    if (event.target.id === "triage-finish" && form) arrived(form);
    if (event.target.id === "triage-proposal" && form) renew(form);
  });

  function arrived(form) {
    const wrong = form.querySelector(".errorlist")?.closest(".field");
    if (kept !== null) form.elements.reason.value = kept;
    kept = null;
    if (wrong) return focusOnError(form, wrong);
    if (!isOpening) return;
    isOpening = false;
    byId("triage-because").open = false; // the decision form needs the space
    byId("triage-decision").scrollIntoView({ block: "start" });
    show(focusField(form));
  }

  function focusField(place) {
    const field = place.querySelector("input:checked") ?? place.querySelector("input:not([type=hidden]), textarea");
    field.focus({ preventScroll: true });
    return field;
  }

  function focusOnError(form, wrong) {
    focusField(wrong);
    show(form.querySelector(".form-foot"));
    show(wrong);
  }

  /** A new proposal needs a new decision form; its input is kept. */
  function renew(form) {
    if (byId("triage-proposal").dataset.proposed === form.dataset.proposed) return;
    kept = form.elements.reason.value;
    window.htmx.ajax("GET", form.dataset.again, { target: "#triage-finish", swap: "innerHTML" });
  }

  // Do not replace a question that is already shown: its next answer may be in a running request. From one that is
  // taken away the focus goes on to the next.
  body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!target.classList.contains("triage-slot")) return;
    const there = target.querySelector("[data-question]");
    if (Boolean(there) === Boolean(fragment.querySelector("[data-question]"))) event.detail.shouldSwap = false;
    else if (there?.contains(document.activeElement)) goOn(there);
  });
})();
