// A ringing call: sound, page title, and answering without losing unsaved input of the page.
(() => {
  "use strict";
  if (window.lotsePhone) return; // the fragment with this script is fetched repeatedly
  window.lotsePhone = true;
  const SETTING = "lotse.ring";
  const RINGS = 7; // lasts as long as an offer
  const EVERY = 3; // seconds between two rings
  const isMuted = () => localStorage.getItem(SETTING) === "off";
  const ringing = () => document.querySelector("[data-ring]");
  const title = document.title;
  let audio = null;
  let sounding = null; // {offer, output}

  /** Schedules the whole ringing at once, because timers of background pages are delayed. */
  function ring() {
    const offer = isMuted() ? undefined : ringing()?.id;
    if (sounding?.offer === offer) return;
    sounding?.output.disconnect();
    sounding = null;
    if (!offer) return;
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume(); // browsers allow sound only after a click or key in the page
    const output = audio.createGain();
    output.connect(audio.destination);
    sounding = { offer, output };
    for (let number = 0; number < RINGS; number += 1) {
      const start = audio.currentTime + number * EVERY;
      tone(output, start, 523);
      tone(output, start + 0.25, 660);
    }
  }

  function tone(output, start, hertz) {
    const source = audio.createOscillator();
    const volume = audio.createGain();
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.22);
    source.connect(volume).connect(output);
    source.start(start);
    source.stop(start + 0.25);
  }

  function show() {
    const call = ringing();
    document.title = call ? `\u260E ${call.dataset.ring} · ${title}` : title;
    document.querySelectorAll("[data-mute]").forEach((button) => {
      button.setAttribute("aria-pressed", String(isMuted()));
      button.querySelector("[data-on]").hidden = isMuted();
      button.querySelector("[data-off]").hidden = !isMuted();
    });
  }

  // Answering opens the desk; in a new tab if there is unsaved input.
  const unsaved = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method === "post" && !("autosave" in form.dataset) && !form.closest(".telephone-dock")) unsaved.add(form);
  });
  document.addEventListener("submit", (event) => {
    unsaved.delete(event.target);
    if (!("keepsPage" in event.target.dataset)) return;
    const isTyped = [...unsaved].some((form) => form.isConnected) || document.querySelector("dialog[open] form[method=post]");
    event.target.target = isTyped ? "_blank" : "";
  }, true);

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-mute]")) return;
    localStorage.setItem(SETTING, isMuted() ? "on" : "off");
    show();
    ring();
  });

  // A button disappears after use: keep the focus in the bar instead of resetting it to the start of the page.
  let hadFocus = false;
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "telephone") hadFocus = event.detail.target.contains(document.activeElement);
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    if (hadFocus && document.activeElement === document.body) document.getElementById("telephone")?.focus();
    hadFocus = false;
    if (!document.getElementById("consult")) document.getElementById("telephone-panel")?.replaceChildren(); // its call is over
    show();
    ring();
  });
  show();
  ring();
})();
