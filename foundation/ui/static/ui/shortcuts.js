// Keyboard shortcuts: data-shortcut="alt+a" on a button, link or field. "?" lists them, "/" goes to the search.
// Those of a single character can be switched off (WCAG 2.1.4) and never work while someone types.
(() => {
  "use strict";
  const SETTING = "lotse.single-keys";
  const dialog = document.getElementById("shortcuts-dialog");
  const singleKeys = () => localStorage.getItem(SETTING) !== "off";
  const typing = (element) =>
    element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");

  /** A key press as written in data-shortcut: "alt+a", "ctrl+enter", "/". */
  function written(event) {
    const composed = event.altKey && !/^[a-z0-9]$/i.test(event.key) && /^(Key[A-Z]|Digit\d)$/.test(event.code);
    const key = composed ? event.code.at(-1) : event.key;
    const modifiers = [event.ctrlKey && "ctrl", event.altKey && "alt", event.metaKey && "meta"].filter(Boolean);
    return [...modifiers, key.toLowerCase()].join("+");
  }

  // The entries of a closed menu have keys too.
  const visible = (element) =>
    element.checkVisibility() || Boolean(element.closest("details.menu:not([open])")?.checkVisibility());
  const openDialog = () => document.querySelector("dialog[open]");
  // A dialog blocks the page's shortcuts, except those for calls, because a caller is waiting.
  const withinReach = () =>
    openDialog() ? document.querySelectorAll("dialog[open] [data-shortcut], [data-shortcut-always]") : document.querySelectorAll("[data-shortcut]");
  const isUsable = (element) => !element.disabled && visible(element);
  /** Of several with the same keys, the one in the focused form, else the first. */
  function find(pressed) {
    const found = [...withinReach()].filter((element) => element.dataset.shortcut.toLowerCase() === pressed && isUsable(element));
    const form = document.activeElement?.closest("form");
    return found.find((element) => form && element.form === form) ?? found[0];
  }

  function press(element) {
    if (element.matches("input, select, textarea")) {
      element.focus();
      element.select?.();
    } else if (element.matches("summary")) {
      element.focus();
      element.click();
    } else {
      element.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const single = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (single && (typing(event.target) || !singleKeys())) return;
    const pressed = written(event);
    if (pressed === "?" && dialog && !openDialog()) {
      event.preventDefault();
      open();
      return;
    }
    const element = find(pressed);
    if (!element) return;
    event.preventDefault();
    press(element);
  });

  function label(element) {
    const given = element.dataset.shortcutLabel || element.getAttribute("aria-label");
    if (given) return given;
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((key) => key.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  function list() {
    const rows = dialog.querySelector("[data-shortcut-list]");
    rows.querySelectorAll("[data-listed]").forEach((row) => row.remove());
    const byKeys = new Map(); // one line per key, even if several forms have it
    [...document.querySelectorAll("[data-shortcut]")].filter(isUsable).forEach((element) => {
      const keys = element.dataset.shortcut;
      byKeys.set(keys, byKeys.has(keys) && byKeys.get(keys) !== label(element) ? rows.dataset.textSeveral : label(element));
    });
    byKeys.forEach((words, written) => {
      const row = document.createElement("div");
      row.dataset.listed = "";
      const term = document.createElement("dt");
      term.textContent = words;
      const keys = document.createElement("dd");
      const key = document.createElement("kbd");
      key.textContent = written.replaceAll("+", " + ");
      keys.append(key);
      row.append(term, keys);
      rows.append(row);
    });
  }

  function open() {
    list();
    if (!dialog.open) dialog.showModal();
  }

  // For screen readers; "alt+a" is written Alt+A there.
  function announce(root) {
    root.querySelectorAll?.("[data-shortcut]").forEach((element) => {
      const keys = element.dataset.shortcut.split("+").map((key) => key[0].toUpperCase() + key.slice(1));
      element.setAttribute("aria-keyshortcuts", keys.join("+").replace("Ctrl", "Control"));
    });
  }

  announce(document);
  document.body.addEventListener("htmx:afterSettle", () => announce(document));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog='shortcuts-dialog']")) list();
  });
  const box = dialog?.querySelector("[data-single-keys]");
  if (box) {
    box.checked = singleKeys();
    box.addEventListener("change", () => localStorage.setItem(SETTING, box.checked ? "on" : "off"));
  }
})();
