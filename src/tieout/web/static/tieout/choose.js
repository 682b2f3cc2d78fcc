// Choosing many rows at once: one box for all of the page, and how many are chosen. Nothing to choose: nothing is offered.
(() => {
  const all = document.querySelector("[data-choose]");
  const boxes = () => [...document.querySelectorAll(`input[name="${all.dataset.choose}"][type="checkbox"]`)];

  function tell() {
    const chosen = boxes().filter((box) => box.checked).length;
    all.closest(".bulk").hidden = !boxes().length;
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
    for (const button of all.closest(".bulk").querySelectorAll("button[type=submit]")) button.disabled = !chosen;
    document.querySelector("[data-chosen]").textContent = chosen ? `${chosen} chosen` : "Choose all on this page";
  }

  document.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    if (event.target === all || event.target.name === all.dataset.choose) tell();
  });
  document.addEventListener("htmx:afterSettle", tell);
  all.closest("[data-all]").hidden = false;
  tell();
})();
