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

  // A choice that is searched for is drawn by select2 without the name of its field
  const nameOf = (select) => {
    const cell = select.closest("td");
    const heading = cell?.closest("table")?.querySelectorAll("thead th")[cell.cellIndex];
    const label = select.labels?.[0] ?? heading;
    if (label && !label.id) label.id = `${select.id}-name`;
    return label?.id;
  };
  const nameSearched = () => {
    for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
      const drawn = select.nextElementSibling;
      const name = nameOf(select);
      if (!name || !drawn?.matches(".select2-container")) continue;
      const shown = drawn.querySelector(".select2-selection__rendered");
      drawn.querySelector(".select2-selection").setAttribute("aria-labelledby", [name, shown?.id].filter(Boolean).join(" "));
      const opened = drawn.matches(".select2-container--open") ? document.querySelectorAll(".select2-dropdown .select2-search__field") : [];
      for (const part of [...drawn.querySelectorAll(".select2-selection__rendered[role], .select2-search__field"), ...opened]) {
        part.setAttribute("aria-labelledby", name);
      }
    }
  };
  if (document.querySelector("select.admin-autocomplete")) {
    new MutationObserver(nameSearched).observe(document.body, { childList: true, subtree: true });
    nameSearched();
  }

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
