// What the upload pages do beyond links and forms: progress that moves, rows decided and edited in
// place, a file that can be dropped. Without it every step is a page of its own.
(() => {
  const header = { "X-Requested-With": "fetch" };
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Progress: asked again while it moves, more slowly the longer it takes
  const SLOWEST = 5000;
  const watch = (box) => {
    let wait = 1000;
    const ask = async () => {
      try {
        const answer = await fetch(box.dataset.poll, { headers: header, cache: "no-cache" });
        if (answer.headers.get("X-Done")) {
          location.reload();
          return;
        }
        if (answer.ok) {
          const open = all("details", box).map((part) => part.open);
          box.innerHTML = await answer.text();
          all("details", box).forEach((part, index) => (part.open = Boolean(open[index])));
        }
      } catch {
        // The line is down: the next question may find it up again.
      }
      wait = Math.min(SLOWEST, wait * 1.15);
      setTimeout(ask, wait);
    };
    setTimeout(ask, wait);
  };
  all("[data-poll]").forEach(watch);

  // Columns: the first rows are headed by what is chosen above them
  for (const select of all("[data-column]")) {
    select.addEventListener("change", () => {
      const head = document.querySelector(`[data-head="${select.dataset.column}"]`);
      head.textContent = select.value ? select.selectedOptions[0].text : "–";
      select.closest("li").classList.toggle("off", !select.value);
    });
  }

  // A number that was shown leaves the page again, unless somebody has begun to change it
  const SHOWN_FOR = 30000;
  const hideAgain = (row) => {
    const mark = row.querySelector('[name="ditampilkan"]');
    const field = mark && row.querySelector(`[name="b-${CSS.escape(mark.value)}"]`);
    if (!field) return;
    const shown = field.value;
    setTimeout(() => {
      if (field.value !== shown) return;
      field.value = "";
      mark.remove();
    }, SHOWN_FOR);
  };

  // Rows: a form or link inside a row brings the row anew, in its place
  const replace = (row, html) => {
    const holder = document.createElement("tbody");
    holder.innerHTML = html;
    const fresh = holder.firstElementChild;
    row.replaceWith(fresh);
    const field = fresh.querySelector(".editor .f input, .editor .f select");
    const next = field || fresh.querySelector(".act button, .act a");
    if (next) next.focus();
    hideAgain(fresh);
  };
  const tell = (row, text) => {
    row.removeAttribute("aria-busy");
    let place = row.querySelector(".row-error");
    if (!place) {
      place = document.createElement("p");
      place.className = "row-error";
      place.setAttribute("role", "alert");
      (row.querySelector(".act") || row.querySelector(".what")).append(place);
    }
    place.textContent = text;
  };
  const OFFLINE = "Tidak ada sambungan. Isian Anda tetap di sini; tekan lagi bila tersambung.";
  const bring = async (row, address, options = {}) => {
    row.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { ...options, headers: header });
      if (answer.ok && !answer.redirected) replace(row, await answer.text());
      else if (answer.status === 409) tell(row, await answer.text());
      else location.reload();
    } catch {
      tell(row, OFFLINE);
    }
  };

  // What is counted follows each decision, while the decided row stays where it is
  const recount = async () => {
    const parts = all("[data-live]").filter(
      (part) => !part.contains(document.activeElement) && !part.querySelector("dialog[open]"),
    );
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) {
        const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
        if (!now) continue;
        const open = all("details", part).map((one) => one.open);
        part.innerHTML = now.innerHTML;
        all("details", part).forEach((one, index) => (one.open ||= Boolean(open[index])));
      }
    } catch {
      // The line is down: the counts follow with the next step.
    }
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const row = form.closest("tr[data-row]");
      if (!row || !form.matches("[data-in-place]")) return;
      event.preventDefault();
      const body = new FormData(form, event.submitter);
      bring(row, form.action, { method: "POST", body }).then(recount);
    },
    true,
  );

  const leave = (row) => {
    const query = new URLSearchParams({
      lihat: "1",
      temuan: row.dataset.code || "",
      kembali: row.dataset.back || "",
    });
    bring(row, `${row.dataset.row}?${query}`);
  };

  // Suggestions for all rows of a cause: first what they make of a few of them
  const sample = document.getElementById("contoh");
  const showSample = async (link) => {
    try {
      const answer = await fetch(link.href, { headers: header });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      sample.innerHTML = await answer.text();
      sample.showModal();
    } catch {
      location.assign(link.href);
    }
  };

  document.addEventListener("click", (event) => {
    const asked = event.target.closest("a[data-sample]");
    if (asked && sample && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      showSample(asked);
    }
    const row = event.target.closest("tr[data-row]");
    const edit = event.target.closest("a[data-edit]");
    if (edit && row && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      bring(row, edit.href);
    }
    if (row && event.target.closest("[data-leave]")) {
      event.preventDefault();
      leave(row);
    }
    const offer = event.target.closest("[data-fill]");
    if (offer) {
      const field = offer.closest(".f").querySelector("input:not([type=hidden]), select");
      field.value = offer.dataset.fill;
      field.focus();
    }
  });

  // Keys: arrows walk through the rows; T accepts, B keeps, U edits, Z takes back; Esc leaves
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest && event.target.closest("tr[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && row.matches(".edit")) leave(row);
    // The editor promises Enter; by itself a closed list of choices does nothing with it.
    if (event.key === "Enter" && event.target.matches(".editor select")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
    if (event.target.closest(".editor")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const beside = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      const target = beside && beside.querySelector(".act button, .act a, input");
      if (target) {
        event.preventDefault();
        target.focus();
      }
      return;
    }
    const button = row.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });

  // Chosen rows
  const bulk = document.getElementById("pilihan");
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
    if (!bulk) return;
    const boxes = all('input[name="baris"][form="pilihan"]');
    if (event.target.matches("[data-all]")) {
      for (const box of boxes) box.checked = event.target.checked;
    }
    const count = boxes.filter((box) => box.checked).length;
    bulk.hidden = count === 0;
    bulk.querySelector("[data-count]").textContent = count;
    for (const box of boxes) box.closest("tr").classList.toggle("selected", box.checked);
  });

  // Dropping a file where it would be chosen
  for (const area of all("[data-drop]")) {
    const input = area.querySelector('input[type="file"]');
    const over = (event, is) => {
      event.preventDefault();
      area.classList.toggle("over", is);
    };
    const name = area.querySelector("[data-drop-name]");
    input.addEventListener("change", () => {
      if (input.files.length) name.textContent = input.files[0].name;
    });
    area.addEventListener("dragover", (event) => over(event, true));
    area.addEventListener("dragleave", (event) => over(event, false));
    area.addEventListener("drop", (event) => {
      over(event, false);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
  }
})();
