// Clocks that run: data-since (elapsed), data-due (time left), data-countdown (seconds left), data-ago (how long ago). Values are ISO 8601 moments.
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
    document.querySelectorAll("[data-countdown]").forEach((element) => {
      const left = seconds(element.dataset.countdown);
      if (!Number.isNaN(left)) show(element, `${Math.max(0, left)} s`);
    });
    document.querySelectorAll("time[data-ago]").forEach((element) => {
      const past = seconds(element.dateTime);
      if (!Number.isNaN(past)) show(element, words(Math.min(0, past)));
    });
  }

  tick();
  setInterval(tick, 1000);
  document.body.addEventListener("htmx:afterSwap", tick);
})();
