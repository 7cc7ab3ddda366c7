// Keeps elements marked data-live true: on each change the server tells of, the page is fetched again
// and every marked element (it needs an id) is replaced by its new self. Without JavaScript: reload.
const SOURCE = "/live/";
const QUIET_MS = 250; // several changes in one moment are one fetch

let timer = null;
let running = false;
let again = false;

async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
    if (answer.ok && answer.url === location.href.split("#")[0]) replace(await answer.text());
  } catch { /* offline: the next change tries again */ }
  running = false;
  if (again) { again = false; refresh(); }
}

function replace(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const old of document.querySelectorAll("[data-live][id]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || fresh.outerHTML === old.outerHTML || isBusy(old)) continue;
    const focus = focusIn(old);
    old.replaceWith(document.adoptNode(fresh));
    if (focus) fresh.querySelector(focus)?.focus({ preventScroll: true });
    window.htmx?.process(fresh);
    fresh.dispatchEvent(new CustomEvent("live:replaced", { bubbles: true }));
  }
}

// Nothing typed is ever lost: an element someone is filling in waits for the next change.
function isBusy(element) {
  return element.querySelector("dialog[open]") !== null
    || (element.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
}

function focusIn(element) {
  const at = document.activeElement;
  if (!element.contains(at)) return null;
  if (at.id) return `#${CSS.escape(at.id)}`;
  return at.getAttribute("href") && `a[href="${CSS.escape(at.getAttribute("href"))}"]`;
}

// A page nobody looks at waits until somebody does.
let due = false;
function later() {
  due = true;
  if (document.hidden) return;
  clearTimeout(timer);
  timer = setTimeout(() => { due = false; refresh(); }, QUIET_MS);
}

if (document.querySelector("[data-live]")) {
  const source = new EventSource(SOURCE);
  source.addEventListener("change", later);
  let lost = false; // what changed while the line was down was never told
  source.addEventListener("error", () => { lost = true; });
  source.addEventListener("open", () => { if (lost) { lost = false; later(); } });
  document.addEventListener("visibilitychange", () => { if (due) later(); });
  addEventListener("pagehide", () => source.close());
}
