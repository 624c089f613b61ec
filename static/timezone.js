// Guesses the time zone by the browser where nobody has chosen one yet, and says so. Without this
// script the field says that UTC is used until one is chosen.
for (const field of document.querySelectorAll("select[data-guess-timezone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || field.value || field.getAttribute("aria-invalid")) continue;
  if (![...field.options].some((option) => option.value === zone)) {
    field.add(new Option(zone.replaceAll("_", " "), zone));
  }
  field.value = zone;
  const place = field.closest("[data-zone]");
  const guess = place?.querySelector("[data-guess]");
  if (!guess) continue;
  const words = guess.querySelector("[data-text]");
  const tell = () => {
    const clock = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const time = new Intl.DateTimeFormat(document.documentElement.lang, clock).format(new Date());
    words.textContent = words.dataset.text
      .replace("{zone}", zone.replaceAll("_", " "))
      .replace("{time}", time);
  };
  const others = [field, ...place.querySelectorAll(".hint, label")];
  const show = (isGuess) => {
    guess.hidden = !isGuess;
    for (const other of others) other.hidden = isGuess && other.tagName !== "LABEL";
  };
  tell();
  setInterval(tell, 20_000);
  show(true);
  guess.querySelector("button").addEventListener("click", () => {
    show(false);
    field.focus();
  });
}
