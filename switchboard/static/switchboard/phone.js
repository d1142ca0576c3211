// A call that rings: sound, title of the page, and answering without losing what stands unsaved in the page.
(() => {
  "use strict";
  if (window.lotsePhone) return; // the part of the page that brings this script is fetched again and again
  window.lotsePhone = true;
  const SETTING = "lotse.ring";
  const EVERY = 3000; // ms between two rings
  const isMuted = () => localStorage.getItem(SETTING) === "off";
  const ringing = () => document.querySelector("[data-ring]");
  const title = document.title;
  let audio = null;

  /** Two soft tones. Browsers let a page sound only after a first click or key in it. */
  function ring() {
    if (isMuted() || !ringing()) return;
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
    const call = ringing();
    document.title = call ? `\u260E ${call.dataset.ring} · ${title}` : title;
    document.querySelectorAll("[data-mute]").forEach((button) => {
      button.setAttribute("aria-pressed", String(isMuted()));
      button.querySelector("[data-on]").hidden = isMuted();
      button.querySelector("[data-off]").hidden = !isMuted();
    });
  }

  // Answering opens the desk. Where something typed is not saved yet, the desk opens in a tab of its own.
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
    if (event.target.closest("[data-close-panel]")) close();
    if (!event.target.closest("[data-mute]")) return;
    localStorage.setItem(SETTING, isMuted() ? "on" : "off");
    show();
  });

  // What opens below the bar takes the focus, and gives it back.
  const panel = () => document.getElementById("telephone-panel");
  function close() {
    panel()?.replaceChildren();
    document.getElementById("consult")?.focus();
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel()?.hasChildNodes() || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    close();
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "telephone-panel") return;
    event.target.querySelector("[aria-invalid=true], select, input:not([type=hidden])")?.focus();
  });

  document.body.addEventListener("htmx:afterSettle", () => {
    show();
    ring();
  });
  setInterval(ring, EVERY);
  show();
  ring();
})();
