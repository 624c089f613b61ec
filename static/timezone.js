// Fills in the time zone of the browser where nobody has chosen one yet. Without this
// script the field says UTC and can be set by hand.
for (const field of document.querySelectorAll("select[data-guess-timezone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    if (![...field.options].some((option) => option.value === zone)) {
      field.add(new Option(zone.replaceAll("_", " "), zone));
    }
    field.value = zone;
  }
}
