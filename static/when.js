// Says in one sentence when the digests come, as the choices stand: "On the first Friday of each
// month at 08:00." Without this script the fields alone say it.
for (const place of document.querySelectorAll("[data-when]")) {
  const form = place.closest("form");
  const text = (name) => form.elements[name].selectedOptions[0]?.textContent ?? "";
  const tell = () => {
    const sentence = place.dataset[form.elements.cadence.value];
    place.hidden = !sentence;
    place.textContent = (sentence ?? "")
      .replace("{weekday}", text("weekday"))
      .replace("{time}", text("hour"));
  };
  form.addEventListener("change", tell);
  tell();
}
