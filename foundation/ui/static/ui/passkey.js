// Says in words why a passkey was not made or used; allauth's script only reports the exception.
document.addEventListener("allauth.error", (event) => {
  const place = document.getElementById("passkey-problem");
  if (!place) return;
  event.preventDefault();
  const words = { NotAllowedError: place.dataset.textNotAllowed, InvalidStateError: place.dataset.textKnown };
  place.querySelector("p").textContent = words[event.detail.exception?.name] || place.dataset.textFailed;
  place.hidden = false;
});
