// Shows an identity number in its place and hides it again. Without this script the form brings the
// page back with the number on it.
"use strict";

for (const form of document.querySelectorAll("form.reveal")) {
  const value = form.querySelector(".value");
  const button = form.querySelector("button");
  const masked = value.innerHTML;
  const label = button.innerHTML;
  let timer = null;
  let note = null;

  const hide = () => {
    clearInterval(timer);
    timer = null;
    value.className = "value";
    value.innerHTML = masked;
    button.innerHTML = label;
    note?.remove();
  };

  const show = (number, seconds) => {
    value.className = "value id shown";
    value.textContent = number;
    button.textContent = "Samarkan";
    note = document.createElement("span");
    note.className = "shownote";
    note.setAttribute("role", "status");
    note.textContent = `Tercatat. Disamarkan lagi dalam ${seconds} detik.`;
    form.append(note);
    const end = Date.now() + seconds * 1000;
    timer = setInterval(() => {
      const left = Math.ceil((end - Date.now()) / 1000);
      if (left <= 0) hide();
      else note.textContent = `Tercatat. Disamarkan lagi dalam ${left} detik.`;
    }, 1000);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (timer) return hide();
    button.disabled = true;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      if (!response.ok) throw new Error(response.status);
      const answer = await response.json();
      show(answer.number, answer.seconds);
    } catch {
      form.submit();
    } finally {
      button.disabled = false;
    }
  });
}
