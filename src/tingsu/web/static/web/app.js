// Small conveniences only: every page works without this file, except the live panel while recording.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const form = event.target.closest?.("form[data-ctrl-enter]");
  const sends = (event.ctrlKey || event.metaKey) && event.key === "Enter";
  const saves = event.altKey && event.code === "KeyS";
  if (form && (sends || saves)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[data-default]"));
  }
});

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  // What it sends for is a file: the page stays, and another may be asked for.
  if ("download" in form.dataset) setTimeout(() => delete form.dataset.sent, 2000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Filters apply as soon as they change.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form) form.requestSubmit();
});

// Fields that only matter under some answer show up with it, and are asked for then.
function showNeeded() {
  for (const field of document.querySelectorAll("[data-needed-name]")) {
    const form = field.closest("form");
    const given = new FormData(form).get(field.dataset.neededName) ?? "";
    const needed = given === field.dataset.neededValue;
    field.hidden = !needed && !field.querySelector(".wrong");
    for (const control of field.querySelectorAll("select, textarea, input:not([type=checkbox])")) control.required = needed;
  }
}
// A form opened in place takes the cursor, as a page would.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "desk") document.querySelector("#desk form :is(textarea, select, input:not([type=hidden]))")?.focus();
});

document.addEventListener("change", showNeeded);
document.addEventListener("htmx:afterSwap", showNeeded);
document.addEventListener("DOMContentLoaded", showNeeded);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
