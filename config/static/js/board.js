// The board, better: the now line moves, arrow keys walk the gaps, a drag over a gap asks for exactly that time.
// Everything it does, a plain link does too. .board carries data-start (ISO instant of its left edge).
const QUARTER_MS = 15 * 60 * 1000;
const boards = () => document.querySelectorAll(".board[data-start]");

function moveNow() {
  for (const board of boards()) {
    const hours = Number(getComputedStyle(board).getPropertyValue("--hours"));
    const quarters = (Date.now() - Date.parse(board.dataset.start)) / QUARTER_MS;
    const inside = quarters >= 0 && quarters <= hours * 4;
    for (const mark of board.querySelectorAll(".now, .now-at")) {
      mark.hidden = !inside;
      mark.style.setProperty("--q", quarters.toFixed(2));
    }
    const label = board.querySelector(".now-at time");
    if (label) {
      label.textContent = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: board.dataset.zone }).format();
    }
  }
}

// --- arrow keys: left and right within a machine, up and down to the next machine's nearest gap -----
// What others have is left to the Tab key: arrows are for what is free or one's own.
const STOPS = ".seg:not(.other, .held) > a";
const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function walk(event) {
  const step = STEP[event.key];
  const link = event.target.closest?.(".board .seg > a");
  if (!step || !link || event.altKey || event.ctrlKey || event.metaKey) return;
  const target = step[0] ? sideways(link, step[0]) : across(link, step[1]);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function sideways(link, by) {
  const links = [...link.closest(".slots").querySelectorAll(STOPS)];
  return links[links.indexOf(link) + by];
}

function across(link, by) {
  const rows = [...link.closest(".board").querySelectorAll(".slots")].filter((row) => row.querySelector(STOPS));
  const row = rows[rows.indexOf(link.closest(".slots")) + by];
  if (!row) return null;
  const here = middle(link);
  return [...row.querySelectorAll(STOPS)].sort((a, b) => Math.abs(middle(a) - here) - Math.abs(middle(b) - here))[0];
}

function middle(element) {
  const box = element.getBoundingClientRect();
  return box.left + box.width / 2;
}

// --- drag: from quarter to quarter within one gap; letting go opens the booking form with that time --
// A gap link carries data-from (ISO instant of its start); its href already names the machine.
// A finger scrolls, so it drags only after it was held; where gaps are rows there is nothing to drag over.
const HOLD_MS = 350;
let drag = null;
let hold = 0;

function startDrag(event) {
  clearTimeout(hold);
  const link = event.target.closest?.(".board .gap:not(.no) > a[data-from]");
  if (!link || event.button !== 0 || getComputedStyle(link.closest(".slots")).display !== "flex") return;
  if (event.pointerType !== "touch") drag = dragOver(link, event.clientX);
  else hold = setTimeout(() => { drag = dragOver(link, event.clientX); markDrag(drag.from); }, HOLD_MS);
}

function dragOver(link, x) {
  const box = link.parentElement.getBoundingClientRect();
  const quarters = Number(getComputedStyle(link.parentElement).getPropertyValue("--q"));
  return { link, box, quarters, from: quarterAt(x, box, quarters), to: null };
}

function quarterAt(x, box, quarters) {
  return Math.max(0, Math.min(quarters - 1, Math.floor(((x - box.left) / box.width) * quarters)));
}

function moveDrag(event) {
  if (!drag) return;
  const at = quarterAt(event.clientX, drag.box, drag.quarters);
  if (drag.to !== null || at !== drag.from) markDrag(at);
}

function markDrag(at) {
  drag.to = at;
  const mark = marker();
  const [first, last] = [Math.min(drag.from, at), Math.max(drag.from, at) + 1];
  mark.style.setProperty("--from", first / drag.quarters);
  mark.style.setProperty("--to", last / drag.quarters);
  mark.textContent = `${clock(first)}–${clock(last)}`;
  if (mark.parentElement !== drag.link.parentElement) drag.link.parentElement.append(mark);
}

function endDrag() {
  clearTimeout(hold);
  if (!drag) return;
  const { link, from, to } = drag;
  if (to !== null) {
    link.addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true });
    const url = new URL(link.href);
    url.searchParams.set("starts", instant(Math.min(from, to)).toISOString());
    url.searchParams.set("ends", instant(Math.max(from, to) + 1).toISOString());
    location.assign(url);
  }
  drag = null;
}

function dropDrag() {
  clearTimeout(hold);
  drag = null;
  document.querySelector(".board .pick")?.remove();
}

function keepDrag(event) {
  if (drag) event.preventDefault(); // neither scroll, nor a menu, nor a link that is carried off
}

function marker() {
  const found = document.querySelector(".board .pick");
  if (found) return found;
  const mark = document.createElement("span");
  mark.className = "pick";
  return mark;
}

const instant = (quarter) => new Date(Date.parse(drag.link.dataset.from) + quarter * QUARTER_MS);
const clock = (quarter) => new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", timeZone: drag.link.closest(".board").dataset.zone,
}).format(instant(quarter));

// --- the view last looked at (data-view on #board) opens again when none is asked for --------------
function rememberView() {
  const view = document.querySelector("[data-view]")?.dataset.view;
  if (!view) return;
  try {
    const last = localStorage.getItem("board-view");
    if (!location.search && last && last !== view) location.replace(`?view=${encodeURIComponent(last)}`);
    else localStorage.setItem("board-view", view);
  } catch { /* private mode: the day view it is */ }
}

addEventListener("keydown", walk);
addEventListener("pointerdown", startDrag);
addEventListener("pointermove", moveDrag);
addEventListener("pointerup", endDrag);
addEventListener("pointercancel", dropDrag);
addEventListener("dragstart", keepDrag);
addEventListener("contextmenu", keepDrag);
addEventListener("touchmove", keepDrag, { passive: false });
addEventListener("live:replaced", moveNow);
setInterval(moveNow, 20_000);
moveNow();
rememberView();
