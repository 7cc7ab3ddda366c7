// Sets the chosen colours before the first paint; the system's own choice stands until someone asks for the other.
// A classic script on purpose: a module runs too late and the page would flash.
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

  root.dataset.js = "";
  if (stored()) root.dataset.theme = stored();

  function show(button) {
    const dark = isDark();
    button.hidden = false;
    button.setAttribute("aria-label", dark ? button.dataset.light : button.dataset.dark);
    button.title = button.getAttribute("aria-label");
    button.querySelector("use").setAttribute("href", dark ? "#i-sun" : "#i-moon");
  }

  addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      show(button);
      button.addEventListener("click", () => {
        root.dataset.theme = isDark() ? "light" : "dark";
        try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private mode: until the next page */ }
        show(button);
      });
    }
  });
})();
