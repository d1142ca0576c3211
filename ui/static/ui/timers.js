// Clocks that run: data-since (elapsed), data-due (time left), data-ago (how long ago). Values are ISO 8601 moments.
// The server's clock counts, not the computer's: the page says what time it was on the server when it was made.
(() => {
  "use strict";
  const serverNow = Date.parse(document.body.dataset.now);
  const offset = Number.isNaN(serverNow) ? 0 : serverNow - Date.now();
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
  const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

  /** 75 -> "01:15", 3675 -> "1:01:15". */
  function clock(seconds) {
    const pad = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
    return hours ? `${hours}:${rest}` : rest;
  }

  /** Seconds from now, in words of the page's language; under a minute counts as now. */
  function words(seconds) {
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) || ["second", 0];
    return relative.format(size ? Math.trunc(seconds / size) : 0, unit);
  }

  function show(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function tick() {
    const now = Date.now() + offset;
    const seconds = (iso) => Math.round((Date.parse(iso) - now) / 1000);
    document.querySelectorAll("[data-since]").forEach((element) => {
      const elapsed = -seconds(element.dataset.since);
      if (!Number.isNaN(elapsed)) show(element, clock(Math.max(0, elapsed)));
    });
    document.querySelectorAll("[data-due]").forEach((element) => {
      const left = seconds(element.dataset.due);
      if (Number.isNaN(left)) return;
      show(element, words(left));
      element.classList.toggle("overdue", left < 0);
    });
    document.querySelectorAll("time[data-ago]").forEach((element) => {
      const past = seconds(element.dateTime);
      if (!Number.isNaN(past)) show(element, words(Math.min(0, past)));
    });
  }

  // A wait that becomes long: data-waited (since when), data-warn-after and data-alarm-after (seconds), data-say (what is
  // said when the alarm begins, once for each data-alarm). It gets data-state, and shows its [data-level] of that name.
  const said = new Set(JSON.parse(sessionStorage.getItem("alarms") || "[]")); // also on the pages before this one
  function judge(element, now) {
    const waited = (now - Date.parse(element.dataset.waited)) / 1000;
    const state = waited >= element.dataset.alarmAfter ? "alarm" : waited >= element.dataset.warnAfter ? "warn" : "";
    if ((element.dataset.state ?? "") === state) return;
    element.dataset.state = state;
    element.querySelectorAll("[data-level]").forEach((sign) => {
      sign.hidden = sign.dataset.level !== state;
    });
    if (state === "alarm") alarm(element);
  }

  /** Once for each wait: a part of the page that fetches itself again brings the same element anew. */
  function alarm(element) {
    if (said.has(element.dataset.alarm)) return;
    said.add(element.dataset.alarm);
    sessionStorage.setItem("alarms", JSON.stringify([...said].slice(-100)));
    element.classList.add("began"); // the pulse: CSS ends it within five seconds
    window.lotse?.say(element.dataset.say);
  }

  function judgeAll() {
    const now = Date.now() + offset;
    document.querySelectorAll("[data-waited]").forEach((element) => judge(element, now));
  }

  tick();
  judgeAll();
  setInterval(judgeAll, 1000);
  document.body.addEventListener("htmx:afterSwap", judgeAll);
  setInterval(tick, 1000);
  document.body.addEventListener("htmx:afterSwap", tick);
})();
