// Asks before it costs someone. <dialog id="x" open> stands in the page without JavaScript;
// with it, the dialog is closed until an element with data-opens="x" is used, and data-closes closes it.
for (const dialog of document.querySelectorAll("dialog[open]:not([data-stays])")) dialog.open = false;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  if (event.target.closest("[data-closes]")) {
    event.preventDefault();
    event.target.closest("dialog").close();
  }
});
