// The sound of an incoming call. It can be muted, and rings only while a call is shown to this handler.
(() => {
  "use strict";
  if (window.lotsePhone) return; // the part of the page that brings this script is fetched again and again
  window.lotsePhone = true;
  const SETTING = "lotse.ring";
  const EVERY = 3000; // ms between two rings
  const isMuted = () => localStorage.getItem(SETTING) === "off";
  let audio = null;

  /** Two soft tones. Browsers let a page sound only after a first click or key in it. */
  function ring() {
    if (isMuted() || !document.querySelector("[data-ring]")) return;
    audio ??= new AudioContext();
    [0, 0.25].forEach((after, index) => tone(audio.currentTime + after, index ? 660 : 523));
  }

  function tone(start, hertz) {
    const source = audio.createOscillator();
    const volume = audio.createGain();
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.22);
    source.connect(volume).connect(audio.destination);
    source.start(start);
    source.stop(start + 0.25);
  }

  function show() {
    document.querySelectorAll("[data-mute]").forEach((button) => {
      button.setAttribute("aria-pressed", String(isMuted()));
      button.querySelector("[data-on]").hidden = isMuted();
      button.querySelector("[data-off]").hidden = !isMuted();
    });
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-mute]")) return;
    localStorage.setItem(SETTING, isMuted() ? "on" : "off");
    show();
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    show();
    ring();
  });
  setInterval(ring, EVERY);
  show();
})();
