// Keeps the bench of /demo/ true: asks the server what device, gatekeeper and bookings say, and brings each
// [data-part] up to date by its id. It makes nothing up; without JavaScript the same buttons post and reload.
const EVERY_MS = 250;
const bench = document.getElementById("bench");

let busy = 0; // acts under way: what was asked before one of them is not worth showing

async function look() {
  if (!document.hidden && !busy) await show(() => fetch(bench.dataset.look));
  setTimeout(look, EVERY_MS);
}

async function act(button) {
  busy += 1;
  const body = new FormData(bench, button);
  await show(() => fetch(bench.dataset.act, { method: "POST", body, headers: { "X-Live": "1" } }), true);
  busy -= 1;
}

async function show(ask, always = false) {
  try {
    const answer = await ask();
    if (answer.ok && (always || !busy)) update(await answer.text());
  } catch { /* the server is gone: the next look tries again */ }
}

function update(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const now = fresh.getElementById(part.id);
    if (!now) continue;
    copyAttributes(now, part);
    if (part.dataset.part !== "attributes" && part.innerHTML !== now.innerHTML) part.innerHTML = now.innerHTML;
  }
}

function copyAttributes(from, to) {
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name);
  for (const { name, value } of from.attributes) if (to.getAttribute(name) !== value) to.setAttribute(name, value);
}

bench.addEventListener("submit", (event) => {
  if (!event.submitter) return;
  event.preventDefault();
  act(event.submitter);
});
look();
