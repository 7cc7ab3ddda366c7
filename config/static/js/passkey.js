// Says in words when a passkey was not used, and offers none where the browser cannot (plain http, old browsers).
const canUse = "PublicKeyCredential" in window;
for (const offer of document.querySelectorAll("[data-passkey]")) offer.hidden = !canUse;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const notice of document.querySelectorAll("[data-passkey-failed]")) notice.hidden = false;
});
