// The browser phone: joins the conversation that this handler has claimed. Needs twilio.min.js, which
// `manage.py install_softphone` fetches; without it the desk phone is rung.
(() => {
  "use strict";
  if (window.lotseSoftphone || !window.Twilio) return;
  window.lotseSoftphone = true;
  const TOKEN = "/telephone/token/";
  let device = null;
  let joined = "";
  let talking = false;

  async function token() {
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const answer = await fetch(TOKEN, { method: "POST", headers, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`token: ${answer.status}`);
    return (await answer.json()).token;
  }

  async function ready() {
    if (device) return device;
    device = new window.Twilio.Device(await token());
    device.on("tokenWillExpire", async () => device.updateToken(await token()));
    device.on("error", (error) => window.lotse?.say(error.message));
    return device;
  }

  /** Join the claimed call that this page shows, once. */
  async function join() {
    const bar = document.querySelector("#telephone[data-browser-call]");
    if (!bar || bar.dataset.browserCall === joined) return;
    joined = bar.dataset.browserCall;
    const call = await (await ready()).connect();
    talking = true;
    call.on("disconnect", () => {
      joined = "";
      talking = false;
    });
  }

  // The audio connection belongs to this page: leaving the page would end the call.
  window.addEventListener("beforeunload", (event) => {
    if (talking) event.preventDefault();
  });
  document.body.addEventListener("htmx:afterSettle", () => join().catch((error) => window.lotse?.say(String(error))));
  join().catch(() => {});
})();
