// Shows the digest of the choices in place, and again after each change. Without this script the
// button sends the form, and the page comes back with the digest in it. Where the digest is shown
// from the begin (data-live), the script makes the button superfluous, until it fails.
const CHOICES = [
  "topics", "cadence", "weekday", "hour", "timezone", "digest_size", "language", "keywords", "authors", "muted",
  "balance", "pasted",
];
const PAUSE = 500; // milliseconds after the last change

for (const part of document.querySelectorAll("[data-preview]")) {
  const form = part.closest("form");
  const button = part.querySelector("button");
  const place = part.querySelector("[data-place]");
  const status = part.querySelector("[data-done]");
  button.hidden = "live" in part.dataset && place.firstElementChild !== null;
  let asked = 0;
  let timer = 0;

  // Only the choices leave the page: no address, and nothing of the hidden fields. A file of papers
  // is read by the page of the form alone, which then has its papers in the field `pasted`.
  const hasFile = () => [...form.querySelectorAll("input[type=file]")].some((field) => field.value);
  const choices = () =>
    new URLSearchParams([...new FormData(form)].filter(([name]) => CHOICES.includes(name)));

  const show = async () => {
    const turn = ++asked;
    place.setAttribute("aria-busy", "true");
    const answer = await fetch(part.dataset.preview, { method: "POST", body: choices() });
    if (![200, 422, 429].includes(answer.status)) throw new Error(answer.status);
    const text = await answer.text();
    if (turn !== asked) return; // a later answer is on its way
    place.innerHTML = text;
    place.removeAttribute("aria-busy");
    status.textContent = "";
    setTimeout(() => (status.textContent = status.dataset.done), 50);
  };

  button.addEventListener("click", async (event) => {
    if ((!event.isTrusted && button.dataset.plain) || hasFile()) return;
    event.preventDefault();
    try {
      await show();
      place.querySelector("h2")?.focus();
    } catch {
      button.dataset.plain = "yes"; // the form itself can still ask
      button.click();
    }
  });
  const fail = () => {
    place.removeAttribute("aria-busy");
    button.hidden = false;
  };
  form.addEventListener("change", () => {
    if (!place.firstElementChild || hasFile()) return;
    clearTimeout(timer);
    timer = setTimeout(() => show().catch(fail), PAUSE);
  });
}
