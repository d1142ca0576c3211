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
    const composed = event.altKey && !/^[a-z0-9]$/i.test(event.key) && /^Key[A-Z]$/.test(event.code);
    const key = composed ? event.code.slice(3) : event.key;
    const modifiers = [event.ctrlKey && "ctrl", event.altKey && "alt", event.metaKey && "meta"].filter(Boolean);
    return [...modifiers, key.toLowerCase()].join("+");
  }

  const visible = (element) => element.checkVisibility();
  const find = (pressed) =>
    [...document.querySelectorAll("[data-shortcut]")].find(
      (element) => element.dataset.shortcut.toLowerCase() === pressed && !element.disabled && visible(element),
    );

  function press(element) {
    if (element.matches("input, select, textarea")) {
      element.focus();
      element.select?.();
    } else {
      element.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const single = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (single && (typing(event.target) || !singleKeys())) return;
    const pressed = written(event);
    if (document.querySelector("dialog[open]")) {
      // A dialog keeps the page out of reach; a caller does not wait for it.
      const urgent = find(pressed);
      if (urgent && "shortcutAlways" in urgent.dataset) press(urgent);
      return;
    }
    if (pressed === "?" && dialog) {
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
    document.querySelectorAll("[data-shortcut]").forEach((element) => {
      const row = document.createElement("div");
      row.dataset.listed = "";
      const term = document.createElement("dt");
      term.textContent = label(element);
      const keys = document.createElement("dd");
      const key = document.createElement("kbd");
      key.textContent = element.dataset.shortcut.replaceAll("+", " + ");
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
