// One press puts a script into the answer being written. Without this file the same button opens the answer's form
// with the words in it.
let written = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("#desk textarea")) written = event.target;
});

// Where the customer is written to; else where one has just been writing.
function findDraft() {
  for (const name of ["answer", "said"]) {
    const field = document.querySelector(`#desk textarea[name="${name}"]`);
    if (field) return field;
  }
  return written?.isConnected ? written : null;
}

function say(words) {
  const status = document.getElementById("script-status");
  if (status) status.textContent = words;
}

function put(field, words) {
  const at = field.selectionEnd ?? field.value.length;
  const before = field.value.slice(0, at);
  const added = before && !before.endsWith("\n") ? `\n${words}` : words;
  field.focus();
  field.setRangeText(added, at, at, "end");
  // What is still open is what has to be typed next.
  const open = added.match(/\{[^{}]+\}/);
  if (open) field.setSelectionRange(at + open.index, at + open.index + open[0].length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const label = field.labels?.[0]?.childNodes[0]?.textContent?.trim() ?? "";
  say((document.getElementById("script-status")?.dataset.put ?? "").replace("%s", label));
}

// In the capture phase: before htmx sends the form.
document.addEventListener(
  "submit",
  (event) => {
    const button = event.target.querySelector("button[data-script]");
    if (!button) return;
    const field = findDraft();
    if (field) {
      put(field, button.dataset.script);
    } else if (navigator.clipboard) {
      navigator.clipboard
        .writeText(button.dataset.script)
        .then(() => say(document.getElementById("script-status").dataset.copied))
        .catch(() => event.target.submit());
    } else {
      event.preventDefault();
      event.stopImmediatePropagation();
      event.target.submit();
    }
  },
  true,
);

// A draft written elsewhere on the page goes into the answer, too; its button is only there for who has scripts.
function offerDrafts() {
  for (const button of document.querySelectorAll("button[data-put]")) button.hidden = !findDraft();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-put]");
  const field = button && findDraft();
  if (field) put(field, document.querySelector(button.dataset.put).value);
});
document.addEventListener("htmx:afterSettle", offerDrafts);
document.addEventListener("focusin", offerDrafts);
