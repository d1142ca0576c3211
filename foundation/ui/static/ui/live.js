// Live changes. Messages only tell that something changed ({"changed": "<id>", "kind": "referral.offered"}); fragments
// of the page listen (hx-trigger="changed:referral from:body") and are fetched again over HTTP, as the reader.
(() => {
  "use strict";
  const body = document.body;
  const GATHER = 80; // ms: several changes at once lead to one fetch
  const FIRST_RETRY = 500;
  const LONGEST_RETRY = 20000;
  let socket = null;
  let failures = 0;
  let timer = 0;
  let everOpen = false;
  let gathered = new Map(); // event name -> ids

  function connect() {
    clearTimeout(timer);
    if (socket && socket.readyState <= WebSocket.OPEN) return;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/live/`);
    socket.addEventListener("message", received);
    socket.addEventListener("close", closed);
  }

  /** The server has said so: a socket without a session is accepted too, and closed at once. */
  function ready() {
    failures = 0;
    show("on");
    if (everOpen) everythingMayHaveChanged();
    everOpen = true;
  }

  const NOT_SIGNED_IN = 4401;
  function closed(event) {
    if (event.code === NOT_SIGNED_IN) window.lotse?.signedOut();
    failures += 1;
    show("off");
    const wait = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(failures - 1, 6));
    timer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
  }

  function received(event) {
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    if (message.ready) ready();
    if (!message.changed) return;
    gather("changed", message.changed);
    if (message.kind) gather(`changed:${message.kind.split(".")[0]}`, message.changed);
  }

  function gather(name, id) {
    if (!gathered.size) setTimeout(tell, GATHER);
    if (!gathered.has(name)) gathered.set(name, new Set());
    gathered.get(name).add(id);
  }

  function tell() {
    const told = gathered;
    gathered = new Map();
    told.forEach((ids, name) => body.dispatchEvent(new CustomEvent(name, { detail: { ids: [...ids] } })));
  }

  /** After a reconnect messages may have been missed: fetch every listening fragment once. */
  function everythingMayHaveChanged() {
    const names = new Set(["changed"]);
    document.querySelectorAll("[hx-trigger*='changed:']").forEach((element) => {
      for (const [name] of element.getAttribute("hx-trigger").matchAll(/changed:[\w-]+/g)) names.add(name);
    });
    names.forEach((name) => body.dispatchEvent(new CustomEvent(name, { detail: { ids: [] } })));
  }

  let shown = "off";
  function show(state) {
    shown = state;
    document.querySelectorAll("[data-live-state]").forEach((element) => {
      element.dataset.state = state;
      element.querySelector("[data-live-text]").textContent = element.getAttribute(`data-text-${state}`);
    });
  }

  // A refreshed fragment may announce what is new: data-announce="2 callers are waiting" on an element with an id.
  const announced = new Map();
  function remember(root, speak) {
    root.querySelectorAll?.("[data-announce][id]").forEach((element) => {
      const words = element.dataset.announce;
      if (speak && words && announced.get(element.id) !== words) window.lotse?.say(words);
      announced.set(element.id, words);
    });
  }
  remember(document, false);
  // Fragments fetched while the page loads (without an event) are not announced.
  body.addEventListener("htmx:afterSettle", (event) => remember(document, Boolean(event.detail.requestConfig?.triggeringEvent)));

  if (!("live" in body.dataset) && !document.querySelector("[hx-trigger*='changed:']")) return; // nothing listens here
  connect();
  body.addEventListener("htmx:afterSettle", () => show(shown)); // a fetched fragment has its own indicator, in the initial state
  window.addEventListener("online", connect);
  window.addEventListener("pageshow", connect);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && connect());
})();
