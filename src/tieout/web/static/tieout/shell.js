// What the pages do beyond plain HTML. Every page works without this file; it only makes them quicker to use.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => within.querySelectorAll(selector);

  function keep(key, value) {
    try { localStorage.setItem(key, value); } catch { /* private mode: the choice lasts for this page */ }
  }

  // Controls that need this file are hidden in the HTML.
  function reveal(within = document) {
    for (const control of all("[data-fold],[data-theme-switch],[data-copy],[data-dismiss]", within)) control.hidden = false;
  }

  function nextTheme() {
    const order = ["auto", "light", "dark"];
    keep("tieout.theme", order[(order.indexOf(root.dataset.themeChoice) + 1) % order.length]);
    window.tieoutTheme.apply();
    nameTheme();
  }

  function nameTheme() {
    const words = { auto: "automatic", light: "light", dark: "dark" };
    for (const control of all("[data-theme-switch]")) {
      control.setAttribute("aria-label", `Colours: ${words[root.dataset.themeChoice]}`);
      control.title = control.getAttribute("aria-label");
    }
  }

  function fold() {
    keep("tieout.folded", root.toggleAttribute("data-folded") ? "yes" : "no");
  }

  async function copy(control) {
    const text = control.closest(".code, .copyable").querySelector("code").textContent;
    const word = control.querySelector("span");
    try {
      await navigator.clipboard.writeText(text);
      word.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(control.closest(".code, .copyable").querySelector("code"));
      word.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { word.textContent = "Copy"; }, 2000);
  }

  function toast({ title, text, code, tone }) {
    const box = document.createElement("div");
    box.className = `alert alert-${tone || "info"} alert-important`;
    const body = document.createElement("div");
    const parts = [["strong", title], ["div", text], ["code", code]];
    for (const [tag, words] of parts.filter((part) => part[1])) {
      const part = document.createElement(tag);
      part.textContent = words;
      body.append(part);
    }
    const close = document.createElement("button");
    close.className = "btn-close";
    close.type = "button";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "Dismiss");
    box.append(body, close);
    document.getElementById("toasts").append(box);
    setTimeout(() => box.remove(), 12000);
  }

  function onClick(event) {
    const hit = (selector) => event.target.closest(selector);
    if (hit("[data-theme-switch]")) nextTheme();
    else if (hit("[data-fold]")) fold();
    else if (hit("[data-copy]")) copy(hit("[data-copy]"));
    else if (hit("[data-dismiss]")) hit(".alert").remove();
    else if (hit("dialog [data-close]")) { event.preventDefault(); hit("dialog").close(); }
    else if (event.target.matches("dialog")) event.target.close();
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  }

  function onKey(event) {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") {
      for (const menu of all("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
    }
  }

  // A form is sent once, and its button says what is going on.
  function onSubmit(event) {
    const button = event.submitter;
    if (!button || !button.dataset.busy) return;
    if (button.ariaBusy === "true") { event.preventDefault(); return; }
    button.ariaBusy = "true";
    const spinner = document.createElement("span");
    spinner.className = "spinner-border spinner-border-sm";
    button.replaceChildren(spinner, ` ${button.dataset.busy}`);
  }

  // The address of a list names only what was chosen.
  function tidy(event) {
    if (!event.detail.elt.matches("[data-tidy]")) return;
    const values = event.detail.parameters;
    for (const name of Object.keys(values)) if (values[name] === "") delete values[name];
  }

  // A list does not refresh under the hands of somebody who uses it.
  function holdPoll(event) {
    const elt = event.detail.elt;
    const polled = elt.matches("[data-poll]") && event.detail.requestConfig?.triggeringEvent === undefined;
    const used = elt.contains(document.activeElement) || elt.querySelector("details[open], input:checked");
    if (polled && (used || document.hidden || document.querySelector("dialog[open]"))) event.preventDefault();
  }

  function openDialog(event) {
    const dialog = event.detail.target;
    if (dialog.id === "dialog" && !dialog.open) dialog.showModal();
  }

  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:configRequest", tidy);
  document.addEventListener("htmx:beforeRequest", holdPoll);
  document.addEventListener("htmx:afterSwap", openDialog);
  document.addEventListener("htmx:load", (event) => reveal(event.detail.elt));
  document.addEventListener("tieout:toast", (event) => toast(event.detail));
  document.addEventListener("htmx:sendError", (event) => {
    if (!event.detail.elt.matches("[data-poll]")) toast({ title: "The server cannot be reached.", text: "Try again in a moment.", tone: "danger" });
  });
  // The back button must not show a page with a button that is still busy, nor figures from before.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  reveal();
  nameTheme();
})();
