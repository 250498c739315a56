// Keeps the form of a visit that is not sent: in this browser, for this user and case, without
// identity numbers and photos. Sends it in the background, so that a lost connection loses nothing.
"use strict";

(() => {
  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // no storage, or not ours
    }
  };
  const write = (key, value) => {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false; // full or switched off: the entry stays on the page only
    }
  };

  // The list tells which visits are not sent yet
  const list = document.querySelector("[data-drafts]");
  for (const link of list ? list.querySelectorAll("[data-case]") : []) {
    if (!read(list.dataset.drafts + link.dataset.case)) continue;
    const note = document.createElement("span");
    note.className = "unsent";
    note.textContent = " Isian belum terkirim.";
    link.querySelector("small").append(note);
  }

  const form = document.querySelector("form.visit");
  if (!form) return;
  const key = form.dataset.draft;
  const find = (selector) => document.querySelector(selector);
  const offline = find("[data-offline]");
  const restored = find("[data-restored]");
  const refused = find("[data-refused]");
  const found = find("[data-found]");
  const button = form.querySelector(".save .btn");
  const KEPT_OUT = ["csrfmiddlewaretoken", "version", "photos"];
  const kept = (field) => field.name && !KEPT_OUT.includes(field.name) && !("nik" in field.dataset);
  const fields = () => [...form.elements].filter(kept);

  const draft = () => {
    const values = {};
    for (const field of fields()) {
      if (field.type === "radio") {
        if (field.checked) values[field.name] = field.value;
      } else {
        values[field.name] = field.type === "checkbox" ? field.checked : field.value;
      }
    }
    return values;
  };
  const fill = (values) => {
    for (const field of fields()) {
      if (!(field.name in values)) continue;
      if (field.type === "radio") field.checked = values[field.name] === field.value;
      else if (field.type === "checkbox") field.checked = values[field.name];
      else field.value = values[field.name];
    }
  };

  const say = (name, text, template = "err") => {
    const place = form.querySelector(`[data-errors="${CSS.escape(name)}"]`);
    if (!place) return false;
    place.replaceChildren();
    if (text) {
      const line = find(`#${template}`).content.cloneNode(true);
      line.querySelector("span").textContent = text;
      place.append(line);
    }
    const input = place.parentElement.querySelector("input.input");
    if (input) input.classList.toggle("err", Boolean(text) && template === "err");
    return true;
  };

  const show = () => {
    const where = form.querySelector("[name=where]:checked");
    found.hidden = Boolean(where) && where.value !== "DITEMUKAN";
    const questions = [...form.querySelectorAll("[data-question]")].filter((one) => !found.hidden || !found.contains(one));
    const done = questions.filter((one) => one.querySelector("input:checked")).length;
    find("[data-filled]").textContent = `${done} dari ${questions.length} terisi`;
    const wrong = [...form.querySelectorAll(".err-text")].filter((one) => !found.hidden || !found.contains(one)).length;
    find("[data-wrong]").textContent = wrong ? `${wrong} perlu diperbaiki` : "";
    const place = find("[data-located]");
    place.hidden = !form.elements.latitude.value;
    place.querySelector("span").textContent = `Lokasi tercatat, ketelitian ${Math.round(form.elements.accuracy.value || 0)} meter`;
  };

  const earlier = read(key);
  if (earlier) {
    // Filled in on an older state of the case: the answers stay, the officer decides.
    // A key of that older state may be used already, so it stays behind.
    if (earlier.version !== form.dataset.version) delete earlier.values.key;
    fill(earlier.values);
    restored.hidden = false;
  }
  show();

  let changed = false;
  let uncertain = false; // sent, and no answer came: it may have arrived
  const keep = () => write(key, { values: draft(), version: form.dataset.version });
  form.addEventListener("input", (event) => {
    changed = true;
    // With other answers it is another visit; the portal tells when the first one has arrived.
    if (uncertain && crypto.randomUUID) form.elements.key.value = crypto.randomUUID();
    uncertain = false;
    if (event.target.type === "radio") say(event.target.name, "");
    keep();
    show();
  });
  find("[data-forget]").addEventListener("click", () => {
    write(key, null);
    changed = false;
    location.reload();
  });
  window.addEventListener("online", () => { offline.hidden = true; });
  window.addEventListener("beforeunload", (event) => {
    // What is not kept on the phone would be lost without a word.
    const unkept = [...form.querySelectorAll("[data-nik]")].some((field) => field.value !== field.defaultValue) || form.elements.photos.files.length;
    if (changed && unkept) event.preventDefault();
  });

  // A NIK is checked while it is typed: its length at once, the rest by the portal
  const checkNik = async (field) => {
    const nik = field.value.replace(/[\s.-]/g, "");
    if (!nik) say(field.name, "");
    else if (!/^\d+$/.test(nik)) say(field.name, "NIK hanya berisi angka.");
    else if (nik.length !== 16) say(field.name, `NIK ${nik.length < 16 ? "baru" : "tertulis"} ${nik.length} angka. Seharusnya 16 angka.`);
    else if (navigator.onLine) {
      const body = new FormData();
      body.set("nik", nik);
      body.set("person", field.dataset.nik);
      body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      try {
        const answer = await (await fetch(form.dataset.nikUrl, { method: "POST", body })).json();
        if (field.value.replace(/[\s.-]/g, "") === nik) say(field.name, answer.error || answer.doubt || "", answer.error ? "err" : "doubt");
      } catch {
        say(field.name, ""); // checked when it is saved
      }
    } else say(field.name, "");
    show();
  };
  for (const field of form.querySelectorAll("[data-nik]")) {
    let timer;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(checkNik, 400, field);
    });
    field.addEventListener("change", () => checkNik(field));
  }

  form.elements.photos.addEventListener("change", () => {
    const files = [...form.elements.photos.files];
    const large = files.find((file) => file.size > 10 * 1024 * 1024);
    say("photos", large ? `${large.name} lebih besar dari 10 MB. Pilih foto yang lebih kecil.` : "");
    if (files.length) find("[data-files]").textContent = `${files.length} dipilih: ${files.map((file) => file.name).join(", ")}`;
    show();
  });

  const locate = find("[data-locate]");
  if (navigator.geolocation) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          form.elements.latitude.value = coords.latitude.toFixed(6);
          form.elements.longitude.value = coords.longitude.toFixed(6);
          form.elements.accuracy.value = Math.round(coords.accuracy);
          changed = true;
          keep();
          show();
        },
        () => { locate.textContent = "Lokasi tidak didapat. Coba lagi di luar rumah."; },
        { enableHighAccuracy: true, timeout: 20000 },
      );
    });
  }

  const refuse = (text, link) => {
    const place = refused.querySelector("div");
    place.textContent = text;
    if (link) {
      const again = document.createElement("a");
      again.href = location.href;
      again.textContent = " Muat ulang halaman ini.";
      place.append(again);
    }
    refused.hidden = !text;
    if (text) refused.scrollIntoView({ block: "center" });
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    keep();
    refuse("");
    offline.hidden = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
      if (told?.url) {
        write(key, null);
        changed = false;
        location.assign(told.url);
        return;
      }
      if (told?.errors) {
        for (const place of form.querySelectorAll("[data-errors]")) say(place.dataset.errors, "");
        const rest = [];
        for (const [name, texts] of Object.entries(told.errors)) {
          if (!say(name, texts.join(" "))) rest.push(...texts);
        }
        refuse(rest.join(" "), told.stale);
        form.querySelector(".err-text")?.scrollIntoView({ block: "center" });
      } else {
        refuse("Belum terkirim: portal tidak menerima isian ini. Isian tetap di halaman ini; masuk lagi di tab lain, lalu tekan Simpan.");
      }
    } catch {
      uncertain = true;
      offline.hidden = false;
      offline.scrollIntoView({ block: "center" });
    }
    button.disabled = false;
    button.removeAttribute("aria-busy");
    show();
  });
})();
