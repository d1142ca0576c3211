// What every page needs: colour scheme, menus, dialogs, submit guard, error summary, messages about failed requests.
(() => {
  "use strict";
  const body = document.body;

  /** Says something once, politely, in the page's one status line; it goes away after eight seconds. */
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

  // Colour scheme: kept in a cookie so that the server writes it into the page and nothing flashes.
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
    if (event.target.closest("[data-print]")) window.print();
    closeMenus(event.target);
  });

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(except)) menu.open = false;
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A form is sent once. The mark goes away with the answer, when the page comes back from the history, and after a
  // while anyway: a download leaves the page as it is. The button stays enabled, so that its own value is sent.
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

  // A part of the page that somebody is just sending from does not fetch itself away under their hands: a form that
  // leaves the page before its request does is never sent. It fetches itself again when the answer is there.
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
    const sender = event.detail.requestConfig.elt; // the form itself may have been replaced by its answer
    if (sender.matches("form")) release(sender);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  // On a narrow screen the navigation scrolls sideways: the current place must be in sight.
  const here = document.querySelector(".top-nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft + here.offsetWidth - here.parentElement.offsetWidth + 24;

  const focusErrors = (root) => root.querySelector?.("[data-error-summary]")?.focus();
  focusErrors(document);

  // htmx: refreshed parts, failed requests, a session that ended meanwhile.
  body.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));
  body.addEventListener("htmx:responseError", () => say(body.dataset.textFailed));
  body.addEventListener("htmx:sendError", () => say(body.dataset.textOffline));
  body.addEventListener("htmx:beforeSwap", (event) => {
    const login = body.dataset.loginUrl;
    const answered = event.detail.xhr.responseURL;
    if (!login || !answered || new URL(answered).pathname !== login) return;
    event.detail.shouldSwap = false;
    say(body.dataset.textSignedOut);
  });
})();
