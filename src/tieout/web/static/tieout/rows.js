// Rows of a mapping: added without a round trip, and the name that belongs to a code shown as it is typed.
// Without this file the same buttons ask the server for more rows.
(() => {
  function add(button) {
    const prefix = button.dataset.add;
    const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
    const template = document.querySelector(`[data-template="${prefix}"]`);
    const holder = document.createElement("tbody");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.firstElementChild;
    document.querySelector(`[data-rows="${prefix}"] tbody`).append(row);
    total.value = Number(total.value) + 1;
    row.querySelector("input, select").focus();
  }

  function name(input) {
    const option = [...input.list.options].find((each) => each.value === input.value);
    let words = input.parentElement.querySelector("[data-name]");
    if (!words) {
      words = document.createElement("small");
      words.dataset.name = "";
      input.after(words);
    }
    words.textContent = option ? option.text : "";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add]");
    if (!button) return;
    event.preventDefault();
    add(button);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".pick input[list^='list-']")) name(event.target);
  });
})();
