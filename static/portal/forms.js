// Forms of the admin: dates with the device's own calendar, rows added to a table of a form.
(() => {
  const asDate = (field) => {
    const parts = field.value.match(/^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/);
    const iso = parts ? `${parts[3]}-${parts[2].padStart(2, "0")}-${parts[1].padStart(2, "0")}` : field.value;
    if (field.value && !/^\d{4}-\d{2}-\d{2}$/.test(iso)) return; // what cannot be read stays as written
    field.value = iso; // before the type: a date field takes no other writing
    field.type = "date";
  };
  for (const field of document.querySelectorAll("input.vDateField")) asDate(field);

  // The format of a file to be read is the one its name ends in
  for (const file of document.querySelectorAll("input[type=file].guess_format")) {
    file.addEventListener("change", () => {
      const ending = file.value.split(".").pop().toLowerCase();
      const format = file.form.querySelector("select.guess_format, select[name=format]");
      const option = [...(format?.options ?? [])].find((one) => one.text.toLowerCase() === ending);
      if (option) format.value = option.value;
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const prefix = button.dataset.addRow;
    const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
    const template = document.getElementById(`${prefix}-empty`);
    const row = template.cloneNode(true);
    for (const part of [row, ...row.querySelectorAll("*")]) {
      for (const { name, value } of [...part.attributes]) {
        if (value.includes("__prefix__")) part.setAttribute(name, value.replaceAll("__prefix__", total.value));
      }
    }
    row.id = `${prefix}-${total.value}`;
    row.className = "";
    row.hidden = false;
    total.value = Number(total.value) + 1;
    template.before(row);
    for (const field of row.querySelectorAll("input.vDateField")) asDate(field);
    row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: prefix } }));
    row.querySelector("input:not([type=hidden]), select")?.focus();
  });
})();
