// Runs before the first paint: the chosen look and the state of the sidebar, so that nothing flashes.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  const remembered = (key) => {
    try {
      return localStorage.getItem(key) || "";
    } catch {
      return "";
    }
  };
  const paint = () => {
    const look = remembered("tampilan");
    root.classList.toggle("dark", look === "gelap" || (look !== "terang" && device.matches));
  };
  root.classList.add("js");
  root.classList.toggle("no-sidebar", remembered("bilah-sisi") === "tutup");
  paint();
  device.addEventListener("change", paint);
  addEventListener("storage", paint);
  window.portal = {
    remembered,
    remember(key, value) {
      try {
        localStorage.setItem(key, value);
      } catch {
        // Storage may be forbidden; the choice then lasts for this page.
      }
    },
    paint,
  };
})();
