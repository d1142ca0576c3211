// Forms that save themselves: <form data-autosave="URL"> with a hidden field "version". See foundation/ui/COMPONENTS.md.
// Input is kept in the page until the server has confirmed it. One request at a time; while the server is
// unreachable the same body is sent again, so that a lost response has no effect.
(() => {
  "use strict";
  const AFTER_KEYSTROKE = 300; // ms without keystrokes before saving
  const AT_LATEST = 1000; // ms after the first unsaved keystroke
  const TIMEOUT = 10000; // ms until a request without a response counts as failed
  const FIRST_RETRY = 500;
  const LONGEST_RETRY = 15000;
  const KEEPALIVE_LIMIT = 60000; // bytes; browsers allow 64 KB
  const savers = new Set();

  class Saver {
    constructor(form) {
      this.form = form;
      this.edits = 0; // counts keystrokes
      this.savedEdits = 0; // edits that the server has confirmed
      this.firstUnsaved = 0;
      this.pending = null; // a request without a known outcome: {body, edits}
      this.inFlight = false;
      this.failures = 0;
      this.stopped = false; // after a conflict
      this.timer = 0;
      this.heldSubmitter = undefined; // the button that was pressed while there was unsaved input
      form.addEventListener("input", () => this.edited());
      form.addEventListener("change", () => this.edited());
      if ("restored" in form.dataset) this.edited(); // typed before the session ended, and not saved yet
    }

    get unsaved() {
      return this.edits !== this.savedEdits;
    }

    edited() {
      if (!this.unsaved) this.firstUnsaved = Date.now();
      this.edits += 1;
      if (!this.stopped && !this.failures) this.show("saving"); // never show "saved" while there is unsaved input
      this.schedule();
    }

    schedule() {
      if (window.lotse?.isLeaving) return;
      if (this.inFlight || this.stopped || this.failures) return;
      clearTimeout(this.timer);
      const latest = this.firstUnsaved + AT_LATEST - Date.now();
      this.timer = setTimeout(() => this.send(), Math.max(0, Math.min(AFTER_KEYSTROKE, latest)));
    }

    flush() {
      if (this.unsaved && !this.inFlight && !this.stopped) this.send();
    }

    async send() {
      clearTimeout(this.timer);
      if (window.lotse?.isLeaving) return;
      this.pending ??= {
        body: new URLSearchParams(new FormData(this.form)),
        edits: this.edits,
      };
      this.inFlight = true;
      const outcome = await this.outcome();
      this.inFlight = false;
      this.settle(outcome);
    }

    /** The result of the pending request. No other request is sent before the whole response was read. */
    async outcome() {
      try {
        const answer = await this.post();
        const status = answer.type === "opaqueredirect" ? 401 : answer.status;
        if (answer.ok) return { status, data: await answer.json() };
        if (status === 401 || status === 403) await window.lotse.renewSession().catch(() => {});
        return { status, text: isRefusal(status) ? await message(answer) : "" };
      } catch {
        return { status: 0 }; // unreachable, aborted or cut off
      }
    }

    post() {
      const { body } = this.pending;
      body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken?.value ?? "");
      return fetch(this.form.dataset.autosave, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: body.toString().length < KEEPALIVE_LIMIT,
        signal: AbortSignal.timeout(TIMEOUT),
      });
    }

    settle({ status, data, text }) {
      if (data) return this.saved(data);
      if (status === 409) return this.conflict(text);
      if (isRefusal(status)) return this.rejected(text);
      return this.retry(status === 401 || status === 403 ? "signed-out" : "failing");
    }

    saved(data) {
      this.savedEdits = this.pending.edits;
      this.firstUnsaved = Date.now();
      this.pending = null;
      const recovered = this.failures > 0;
      this.failures = 0;
      const version = this.form.elements.version;
      if (version && data.version !== undefined) version.value = data.version;
      if (data.suggestions_html !== undefined) this.suggest(data.suggestions_html);
      if (this.unsaved) this.schedule();
      else this.show("saved", data.saved_text);
      if (recovered) window.lotse?.say(data.saved_text);
      this.form.dispatchEvent(new CustomEvent("autosaved", { bubbles: true, detail: data }));
      if (this.heldSubmitter !== undefined && !this.unsaved) this.submitHeld();
    }

    suggest(html) {
      const place = document.getElementById(this.form.dataset.autosaveSuggestions ?? "");
      if (!place) return;
      place.innerHTML = html;
      window.htmx?.process(place);
    }

    retry(state) {
      this.failures += 1;
      const wait = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(this.failures - 1, 8));
      this.timer = setTimeout(() => this.send(), wait * (0.75 + Math.random() / 2));
      this.show(state);
    }

    // The server has refused the request. The input is kept; the next keystroke tries again.
    rejected(text) {
      this.pending = null;
      this.failures = 0;
      this.show("rejected", text);
      if (this.heldSubmitter !== undefined) this.submitHeld();
    }

    conflict(text) {
      this.pending = null;
      this.failures = 0;
      this.stopped = true;
      this.heldSubmitter = undefined;
      this.show("conflict", text);
    }

    /** Delays the submit while there is unsaved input: a browser's error page would discard it. */
    hold(submitter) {
      this.heldSubmitter = submitter ?? null;
      if (this.stopped) this.show("conflict");
      else this.flush();
    }

    submitHeld() {
      const submitter = this.heldSubmitter;
      this.heldSubmitter = undefined;
      this.savedEdits = this.edits;
      this.form.requestSubmit(submitter?.isConnected ? submitter : undefined);
    }

    show(state, text) {
      const place = this.form.querySelector("[data-save-state]");
      if (!place) return;
      const words = text || place.getAttribute(`data-text-${state}`) || "";
      const changed = place.dataset.state !== state;
      place.dataset.state = state;
      place.querySelector("[data-save-text]").textContent = words;
      place.querySelector("[data-save-link]").hidden = !["conflict", "signed-out"].includes(state);
      if (changed && !["saved", "saving"].includes(state)) window.lotse?.say(words);
    }
  }

  /** Whether the server has refused the request, so that a retry would not help. */
  function isRefusal(status) {
    return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
  }

  async function message(answer) {
    const data = await answer.json().catch(() => null);
    return data?.message ?? "";
  }

  function find(root) {
    root.querySelectorAll?.("form[data-autosave]").forEach((form) => {
      if (form.saver) return;
      form.saver = new Saver(form);
      savers.add(form.saver);
    });
  }

  /** Forgets a form that was removed from the page, once its input is saved. */
  function unsavedSavers() {
    savers.forEach((saver) => {
      if (!saver.form.isConnected && !saver.unsaved) savers.delete(saver);
    });
    return [...savers].filter((saver) => saver.unsaved);
  }
  const flushAll = () => unsavedSavers().forEach((saver) => saver.flush());

  find(document);
  document.body.addEventListener("htmx:load", (event) => find(event.target.parentElement ?? event.target));
  document.addEventListener(
    "submit",
    (event) => {
      const saver = event.target.saver;
      if (!saver?.unsaved) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      saver.hold(event.submitter);
    },
    true,
  );
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flushAll());
  window.addEventListener("pagehide", flushAll);
  window.addEventListener("online", flushAll);
  window.addEventListener("beforeunload", (event) => {
    if (unsavedSavers().length && !window.lotse?.isLeaving) event.preventDefault();
  });
})();
