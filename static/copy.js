// Buttons that copy a text of the page: <button data-copy="ID" data-copied="Copied" hidden>.
// Without this script they stay hidden, and the text can be selected.
"use strict";

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    return true;
  } catch {
    // No permission, or no HTTPS: select the text, so that one key copies it.
    source.closest("details")?.setAttribute("open", "");
    getSelection().selectAllChildren(source);
    return false;
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  let timer = 0;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await copy(document.getElementById(button.dataset.copy)))) return;
    document.getElementById("copied").textContent = button.dataset.copied;
    button.textContent = button.dataset.copied;
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
      document.getElementById("copied").textContent = "";
    }, 2000);
  });
}
