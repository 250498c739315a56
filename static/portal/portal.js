// What every page does beyond plain links and forms. Each part works, or is not needed, without it.
(() => {
  const { remember, remembered, paint } = window.portal;
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Look: light, dark, as the device
  const showChoice = () => {
    for (const button of all("button[data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === remembered("tampilan")));
    }
  };
  showChoice();

  // Sidebar on wide screens
  const toggle = document.querySelector(".sidebar-toggle");
  const showSidebar = () => {
    const hidden = root.classList.contains("no-sidebar");
    toggle.setAttribute("aria-expanded", String(!hidden));
    toggle.setAttribute("aria-label", hidden ? "Tampilkan bilah sisi" : "Sembunyikan bilah sisi");
  };
  if (toggle) showSidebar();

  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);

    for (const menu of all("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const look = hit("button[data-theme]");
    if (look) {
      remember("tampilan", look.dataset.theme);
      paint();
      showChoice();
    }
    if (hit(".sidebar-toggle")) {
      remember("bilah-sisi", root.classList.toggle("no-sidebar") ? "tutup" : "buka");
      showSidebar();
    }
    const opener = hit("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    if (hit("dialog [data-close]")) hit("dialog").close();

    const eye = hit("[data-reveal-password]");
    if (eye) {
      const field = document.getElementById(eye.dataset.revealPassword);
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      eye.querySelector("span").textContent = shown ? "Tampilkan" : "Sembunyikan";
      field.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable], dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = all('[data-shortcut="/"]').find((field) => field.offsetParent);
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      for (const menu of all("details[data-menu][open]")) {
        menu.open = false;
        if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      }
      if (location.hash === "#navigasi") location.hash = "#isi";
    }
  });

  // A form is sent once, however often its button is pressed; a download leaves the page as it is, so
  // the button comes back after a while
  const SENT_FOR = 4000;
  const release = (form, button) => {
    delete form.dataset.sent;
    if (button) button.removeAttribute("aria-busy");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
    setTimeout(release, SENT_FOR, form, button);
  });

  // Visits that were not sent go with the one who signs out (visits.js keeps them)
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    try {
      const drafts = Object.keys(localStorage).filter((key) => key.startsWith("kunjungan:"));
      const text = `${drafts.length} kunjungan belum terkirim. Bila Anda keluar, isiannya dihapus dari ponsel ini.`;
      if (drafts.length && !window.confirm(text)) {
        event.preventDefault();
        return;
      }
      for (const key of drafts) localStorage.removeItem(key);
    } catch {
      // Without storage nothing was kept
    }
  }, true);

  for (const button of all("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // Rows of a list chosen for an action
  for (const list of all("form[data-list]")) {
    const boxes = all("input.action-select", list);
    const master = list.querySelector("#action-toggle");
    const bar = list.querySelector(".list-actions");
    const show = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      for (const box of boxes) box.closest("tr").classList.toggle("selected", box.checked);
      if (master) {
        master.checked = chosen > 0 && chosen === boxes.length;
        master.indeterminate = chosen > 0 && chosen < boxes.length;
      }
      if (bar) {
        bar.hidden = chosen === 0;
        bar.querySelector("[data-chosen]").textContent = chosen.toLocaleString("id-ID");
        const across = bar.querySelector("[data-across]");
        if (across) across.hidden = chosen < boxes.length;
      }
    };
    list.addEventListener("change", (event) => {
      if (event.target === master) for (const box of boxes) box.checked = master.checked;
      show();
    });
    show();
  }

  // A table wider than its card is scrolled with the arrow keys
  const reachable = () => {
    for (const box of all(".scroll:not([role]), .sideways:not([role])")) {
      if (box.scrollWidth <= box.clientWidth) continue;
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Tabel, dapat digeser ke samping");
    }
  };
  reachable();
  addEventListener("resize", reachable);

  // On paper the tables behind the charts are seen
  addEventListener("beforeprint", () => {
    for (const table of all("details.chart-table")) table.open = true;
  });

  // A filter with many choices is applied when one is chosen
  for (const choice of all("select[data-go]")) {
    choice.addEventListener("change", () => {
      location.assign(choice.value);
    });
  }
})();
