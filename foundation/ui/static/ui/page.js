// For every page: colour scheme, menus, dialogs, submit guard, error summary, messages about failed requests.
(() => {
  "use strict";
  const body = document.body;

  /** Announces a text once in the page's status line; it disappears after eight seconds. */
  let clearing;
  function say(text) {
    const line = document.getElementById("status");
    if (!line || !text) return;
    const note = document.createElement("p");
    note.textContent = text;
    line.replaceChildren(note);
    clearTimeout(clearing);
    clearing = setTimeout(() => line.replaceChildren(), 8000);
  }
  window.lotse = { say };

  // Colour scheme: in a cookie, so that the server renders it and the page does not flash.
  function chooseTheme(choice) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${choice}; path=/; max-age=31536000; SameSite=Lax${secure}`;
    if (choice) document.documentElement.dataset.theme = choice;
    else delete document.documentElement.dataset.theme;
    document.querySelectorAll("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    });
  }

  function openDialog(opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog && !dialog.open) dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const theme = event.target.closest("[data-theme-choice]");
    if (theme) chooseTheme(theme.dataset.themeChoice);
    const opener = event.target.closest("[data-dialog]");
    if (opener) openDialog(opener);
    const closer = event.target.closest("[data-close-dialog]");
    if (closer) closer.closest("dialog").close();
    closeMenus(event.target);
  });

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(except)) menu.open = false;
    });
  }

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu") ?? document.querySelector("details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape" && menu.open) closeMenu(menu, event);
    else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) walkMenu(menu, event);
  });
  function closeMenu(menu, event) {
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  function walkMenu(menu, event) {
    const items = [...menu.querySelectorAll(".menu-item")];
    if (!items.length || !menu.contains(event.target) || event.target.matches("input, select, textarea")) return;
    event.preventDefault();
    menu.open = true;
    const here = items.indexOf(event.target);
    const next = { ArrowDown: here + 1, ArrowUp: here < 0 ? -1 : here - 1, Home: 0, End: -1 }[event.key];
    items.at(next % items.length).focus();
  }

  // A form is sent once. The mark is removed with the response, when the page is restored from the history, and after
  // a while (a download does not replace the page). The button stays enabled, so that its value is sent.
  const MARKED_FOR = 8000; // ms
  const submitters = (form) => [...form.elements].filter((element) => element.type === "submit");
  function mark(form) {
    form.dataset.sent = "yes";
    submitters(form).forEach((button) => button.setAttribute("aria-busy", "true"));
    setTimeout(() => release(form), MARKED_FOR);
  }
  function release(form) {
    delete form.dataset.sent;
    submitters(form).forEach((button) => button.removeAttribute("aria-busy"));
    fetchPostponed();
  }

  // A fragment is not refreshed while a form in it is being sent, because a form that is removed before its request
  // starts is never sent. The refresh is postponed until the response.
  const postponed = new Set(); // names of events
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, target } = event.detail;
    const name = requestConfig.triggeringEvent?.type ?? "";
    if (!name.startsWith("changed") || !target.querySelector("form[data-sent]")) return;
    event.detail.shouldSwap = false;
    postponed.add(name);
  });
  function fetchPostponed() {
    if (document.querySelector("form[data-sent]")) return;
    const names = [...postponed];
    postponed.clear();
    names.forEach((name) => body.dispatchEvent(new CustomEvent(name, { detail: { ids: [] } })));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    else mark(form);
  });
  body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target;
    if (!form.matches("form") || event.detail.requestConfig.verb === "get") return;
    if (form.dataset.sent) event.preventDefault();
    else mark(form);
  });
  body.addEventListener("htmx:afterRequest", (event) => {
    const sender = event.detail.requestConfig.elt; // the form may have been replaced by the response
    if (sender.matches("form")) release(sender);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // On narrow screens the navigation scrolls horizontally: make the current entry visible.
  const here = document.querySelector(".top-nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft + here.offsetWidth - here.parentElement.offsetWidth + 24;

  // Moves the focus to the work. In a group of radio buttons, to the checked one.
  const FIELD = "input:not([type=hidden]), select, textarea";
  const usable = (element) => element.checkVisibility() && !element.disabled;
  function firstField(root) {
    const fields = [...root.querySelectorAll(FIELD)].filter(usable);
    const first = fields[0] ?? [...root.querySelectorAll("summary, button, a[href]")].find(usable);
    return fields.find((field) => field.type === "radio" && field.name === first.name && field.checked) ?? first;
  }
  /** Scrolls the whole element into view if it fits, else its start. */
  function bringIntoSight(element) {
    const fits = element.offsetHeight < window.innerHeight * 0.8;
    element.scrollIntoView({ block: fits ? "nearest" : "start" });
  }

  // What opens on demand: <div id="x" data-opens> that a button fills (hx-get, hx-target="#x"). It comes into sight with
  // the focus on its first field. Escape and data-close-opened put it away with what was typed, and the focus goes back
  // to the button, which brings it out again.
  const openers = new WeakMap();
  const addresses = new WeakMap(); // URL of the current content: the same button may open something else by now
  const stillThere = (element) => (element?.isConnected ? element : document.getElementById(element?.id ?? ""));
  function focusOpened(place) {
    place.hidden = false;
    bringIntoSight(place);
    if (!place.querySelector("[data-error-summary]")) (firstField(place) ?? stillThere(openers.get(place)))?.focus();
  }
  function putAway(place) {
    place.hidden = true;
    stillThere(openers.get(place))?.focus();
  }
  body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target, requestConfig } = event.detail;
    if (!target?.matches("[data-opens]") || requestConfig.verb !== "get") return;
    const isSame = openers.get(target)?.id === elt.id && addresses.get(target) === requestConfig.path;
    const isThere = isSame && target.querySelector("form");
    openers.set(target, elt);
    addresses.set(target, requestConfig.path);
    if (!isThere) return;
    event.preventDefault();
    focusOpened(target);
  });
  body.addEventListener("htmx:afterSwap", (event) => {
    const { target } = event.detail;
    if (target.matches("[data-opens]")) focusOpened(target);
  });
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close-opened]");
    if (closer) putAway(closer.closest("[data-opens]"));
    const jump = event.target.closest("[data-focus-in]");
    const place = jump && document.querySelector(jump.dataset.focusIn);
    if (place) firstField(place)?.focus();
  });
  document.addEventListener("keydown", (event) => {
    const place = event.key === "Escape" && !event.defaultPrevented && event.target.closest?.("[data-opens]");
    if (!place) return;
    event.preventDefault();
    putAway(place);
  });
  document.addEventListener(
    "toggle",
    (event) => {
      const opened = event.target;
      if (opened.open && opened.matches("details:not(.menu)") && opened.contains(document.activeElement)) bringIntoSight(opened);
    },
    true,
  );

  // An opened details element stays open when its fragment is refreshed.
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event.detail;
    const open = [...target.querySelectorAll("details[id][open]")].map((details) => details.id);
    if (!open.length) return;
    body.addEventListener(
      "htmx:afterSettle",
      () => open.forEach((id) => document.getElementById(id)?.setAttribute("open", "")),
      { once: true },
    );
  });

  /** Scrolls all errors into view, with what follows them. */
  function focusErrors(root) {
    const summary = root.querySelector?.("[data-error-summary]");
    summary?.focus();
    const place = summary?.getBoundingClientRect();
    if (place && place.bottom > window.innerHeight) summary.scrollIntoView({ block: "start" });
  }
  focusErrors(document);
  // What is asked before anything else, or else where this page's work begins; never away from somebody's own place.
  function openWhatAsks() {
    document.querySelectorAll("dialog[data-open-on-load]").forEach((dialog) => {
      dialog.removeAttribute("data-open-on-load"); // once, whatever is swapped in later
      dialog.showModal();
      dialog.addEventListener("close", () => beginHere());
    });
  }
  openWhatAsks();
  function beginHere() {
    const here = document.activeElement;
    const isFree = here === body || !here.checkVisibility(); // it may be in the dialog that has just closed
    if (isFree && !location.hash) document.querySelector("[data-focus-on-load]")?.focus();
  }
  beginHere();

  // htmx: refreshed fragments, failed requests, an ended session.
  body.addEventListener("htmx:afterSwap", (event) => {
    openWhatAsks();
    focusErrors(event.target);
  });
  body.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status === 401) signedOut();
    else if (status === 403) renewSession().then((isOurs) => isOurs && say(body.dataset.textSignedIn));
    else say(body.dataset.textFailed);
  });
  body.addEventListener("htmx:sendError", () => say(body.dataset.textOffline));

  // A session that ended: the page stays as it is, with what is typed. Signing in again happens in a tab of its own; when
  // the same person is back, the forms get the new token. A page of somebody else is left at once.
  const notice = document.getElementById("signed-out");
  function signedOut() {
    if (!notice?.hidden) return;
    notice.hidden = false;
  }
  /** True when the session is this page's person's: its forms can be sent. */
  async function renewSession() {
    if (!body.dataset.user || !body.dataset.sessionUrl) return false;
    const answer = await fetch(body.dataset.sessionUrl, { credentials: "same-origin" }).catch(() => null);
    if (answer?.status === 401) signedOut();
    if (!answer?.ok) return false;
    const { user, token } = await answer.json();
    if (String(user) !== body.dataset.user) return leave();
    body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => (field.value = token));
    if (notice) notice.hidden = true;
    return true;
  }
  function leave() {
    window.lotse.isLeaving = true; // nothing of it is saved in another person's name, and nobody is asked to stay
    document.getElementById("main")?.replaceChildren();
    location.replace("/");
    return false;
  }
  async function back() {
    if (!notice || notice.hidden || document.visibilityState !== "visible") return;
    if (await renewSession()) say(body.dataset.textSignedIn);
  }
  window.addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
  Object.assign(window.lotse, { signedOut, renewSession });

  // A form whose input was restored after a sign-in.
  const restored = document.querySelector("form[data-restored]");
  if (restored) {
    bringIntoSight(restored);
    (restored.querySelector("textarea") ?? firstField(restored))?.focus({ preventScroll: true });
  }
})();
