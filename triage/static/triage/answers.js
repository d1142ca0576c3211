// Answers travel together: those of a moment go in one request, and those given while it is under way go in the next.
// What the server has not confirmed is kept, sent again until it is, and sent once more when the page closes.
(() => {
  "use strict";
  const body = document.body;
  if (body.dataset.answers) return; // every fetched panel loads this script again
  body.dataset.answers = "on";

  // One answer after a rest is sent soon, so that the proposal follows it. While more keep coming they gather until
  // half a second without an answer, at most 1.5 s: at three a second, 333 ms apart, 18 answers are five requests.
  const ALONE = 300; // ms
  const PAUSE = 500;
  const AT_LATEST = 1500;
  const RETRY = 2000;
  const ON_THEIR_WAY = "answers-on-their-way"; // in this tab: a page sent answers when it closed
  const ARRIVED = 1000; // ms

  let waiting = new Map(); // question to its codes; not sent yet
  let sent = null; // a Map whose outcome is not known; sent again as it was, which has no second effect
  let isUnderWay = false;
  let isFailing = false;
  let timer = 0;
  let first = 0; // when the first of the waiting ones was given, and the last
  let last = 0;
  let sentAt = -AT_LATEST;

  const sender = () => document.getElementById("triage-answers");
  const isSender = (event) => event.detail.elt.id === "triage-answers";
  const questionOf = (name) => document.getElementById(`q-${name}`);

  document.addEventListener("change", (event) => {
    const question = event.target.closest?.("#triage-panel [data-question]");
    if (!question) return;
    last = performance.now();
    if (!waiting.size) first = last;
    waiting.set(event.target.name, [...question.querySelectorAll("input:checked")].map((input) => input.value));
    schedule();
  });

  function schedule() {
    if (sent) return; // its outcome comes first
    const pause = waiting.size === 1 && first - sentAt >= AT_LATEST ? ALONE : PAUSE;
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(0, Math.min(last + pause, first + AT_LATEST) - performance.now()));
  }

  /** Takes its place behind the requests of the panel that are under way. */
  function send() {
    clearTimeout(timer);
    if (isUnderWay || !(sent || waiting.size) || window.lotse?.isLeaving || !sender()) return;
    window.htmx.trigger(sender(), "send");
  }

  body.addEventListener("htmx:configRequest", (event) => {
    if (!isSender(event)) return;
    if (!sent && waiting.size) [sent, waiting] = [waiting, new Map()];
    if (!sent) return event.preventDefault(); // sent meanwhile
    for (const [name, value] of fieldsOf(sent)) event.detail.formData.append(name, value);
    isUnderWay = true;
    sentAt = performance.now();
  });

  function fieldsOf(answers) {
    return [...answers].flatMap(([question, codes]) => [["question", question], ...codes.map((code) => [question, code])]);
  }

  body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.elt.id !== "triage-answers" || !sent) return;
    isUnderWay = false;
    const { status } = event.detail.xhr;
    isFailing = !status || status >= 500 || [401, 403, 408, 429].includes(status);
    for (const question of sent.keys()) questionOf(question)?.classList.toggle("unsaved", isFailing);
    if (isFailing) {
      timer = setTimeout(send, RETRY);
    } else {
      sent = null; // saved, or refused with a message
      if (waiting.size) schedule();
    }
  });

  // What else the panel sends comes after the answers; a decision is not made while the server does not have them.
  body.addEventListener("htmx:confirm", (event) => {
    const { elt, verb } = event.detail;
    if (isSender(event) || !elt.closest("#triage-panel") || !(sent || waiting.size)) return;
    if (isFailing && verb === "post" && elt.matches("form")) {
      event.preventDefault();
      window.lotse.say(body.dataset.textOffline);
    }
    send();
  });

  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  window.addEventListener("beforeunload", (event) => isFailing && !window.lotse?.isLeaving && event.preventDefault());

  /** In one request that outlives the page. The one under way may be lost or arrive: its answers go along as `before`. */
  window.addEventListener("pagehide", () => {
    if (!(sent || waiting.size) || window.lotse?.isLeaving || !sender()) return;
    const now = waiting.size ? waiting : sent;
    const fields = fieldsOf(now);
    document.querySelectorAll(".triage-seen").forEach((seen) => fields.push([seen.name, seen.value]));
    if (sent && now !== sent) fields.push(["before", new URLSearchParams(fieldsOf(sent)).toString()]);
    fetch(sender().getAttribute("hx-post"), {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { ...JSON.parse(body.getAttribute("hx-headers")), "HX-Request": "true" },
      credentials: "same-origin",
      keepalive: true,
    });
    sessionStorage.setItem(ON_THEIR_WAY, "yes");
    window.addEventListener("pageshow", () => location.reload()); // this page does not see the reply
  });

  /** A reloaded page may have been made before the answers of the one before arrived. */
  function refresh() {
    if (!sender() || sent || waiting.size) return;
    const panel = sender().getAttribute("hx-post").replace(/answer\/$/, "");
    window.htmx.ajax("GET", panel, { target: "#triage-panel", swap: "outerHTML" });
  }

  if (sessionStorage.getItem(ON_THEIR_WAY)) {
    sessionStorage.removeItem(ON_THEIR_WAY);
    setTimeout(refresh, ARRIVED);
  }
})();
