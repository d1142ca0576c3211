// Clocks that run: data-since (elapsed), data-due (time left), data-countdown (seconds left), data-ago (how long ago). Values are ISO 8601 moments.
// Uses the server's clock, not the computer's: the page has the server's time at which it was rendered.
(() => {
  "use strict";
  const serverNow = Date.parse(document.body.dataset.now);
  const offset = Number.isNaN(serverNow) ? 0 : serverNow - Date.now();
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto" });
  const zone = document.body.dataset.zone || undefined; // the reader's
  const calendar = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" });
  const MINUTE = 60, HOUR = 3600, DAY = 86400, NEAR = 12 * HOUR; // as in foundation/ui/relative.py

  /** 75 -> "01:15", 3675 -> "1:01:15". */
  function clock(seconds) {
    const pad = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
    return hours ? `${hours}:${rest}` : rest;
  }

  /** The number of the day in the reader's calendar, counted from 1970. */
  function dayNumber(milliseconds) {
    const part = Object.fromEntries(calendar.formatToParts(milliseconds).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year, part.month - 1, part.day) / (DAY * 1000);
  }

  /** Seconds from now in words of the page's language: hours if near, else days of the calendar. */
  function words(seconds, now) {
    const size = Math.abs(seconds);
    if (size < MINUTE) return relative.format(0, "second");
    if (size < HOUR) return relative.format(Math.trunc(seconds / MINUTE), "minute");
    const days = dayNumber(now + seconds * 1000) - dayNumber(now);
    if (days === 0 || size < NEAR) return relative.format(Math.trunc(seconds / HOUR), "hour");
    return relative.format(days, "day");
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
      show(element, words(left, now));
      element.classList.toggle("overdue", left < 0);
    });
    document.querySelectorAll("[data-countdown]").forEach((element) => {
      const left = seconds(element.dataset.countdown);
      if (!Number.isNaN(left)) show(element, `${Math.max(0, left)} s`);
    });
    document.querySelectorAll("time[data-ago]").forEach((element) => {
      const past = seconds(element.dateTime);
      if (!Number.isNaN(past)) show(element, words(Math.min(0, past), now));
    });
  }

  // A wait that becomes long: data-waited (since when), data-warn-after and data-alarm-after (seconds), data-say (what is
  // said when the alarm begins, once for each data-alarm). It gets data-state, and shows its [data-level] of that name.
  const said = new Set(JSON.parse(sessionStorage.getItem("alarms") || "[]")); // including earlier pages
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

  /** Once for each wait, because a refreshed fragment contains the same element again. */
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
