// Adds the goods up while they are typed. Without this script the sum is told after saving.
"use strict";

(() => {
  const form = document.querySelector("form[data-saldo]");
  if (!form) return;
  const out = form.querySelector("[data-sum]");
  const balance = Number(form.dataset.saldo);
  const rupiah = (amount) => `Rp${amount.toLocaleString("id-ID")}`;
  const number = (input) => {
    const written = input.value.trim().replace(/^Rp\s*/, "");
    const grouped = /^\d{1,3}(\.\d{3})+(,\d*)?$/.test(written) && input.name.endsWith("price");
    const text = (grouped ? written.replaceAll(".", "") : written).replace(",", ".");
    return text && Number.isFinite(Number(text)) ? Number(text) : 0;
  };

  const show = () => {
    let sum = 0;
    for (const goods of form.querySelectorAll(".goods")) {
      const [quantity, price] = goods.querySelectorAll("input");
      sum += Math.round(number(quantity) * number(price));
    }
    const over = sum > balance;
    out.hidden = sum === 0;
    out.classList.toggle("err-text", over);
    out.textContent = over
      ? `${rupiah(sum)}, lebih ${rupiah(sum - balance)} dari saldo. Kurangi barangnya.`
      : `Jumlah ${rupiah(sum)}, sisa saldo ${rupiah(balance - sum)}`;
  };
  form.addEventListener("input", show);
  show();
})();
