// Loaded before the first paint: applies the colours and the folded menu that this browser chose. Nothing else.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  function read(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  }

  function apply() {
    const choice = read("tieout.theme") || "auto";
    root.dataset.themeChoice = choice;
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  }

  apply();
  dark.addEventListener("change", apply);
  root.toggleAttribute("data-folded", read("tieout.folded") === "yes");
  window.tieoutTheme = { apply };
})();
