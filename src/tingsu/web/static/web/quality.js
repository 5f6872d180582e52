// Reviewing by keyboard: J and K go from point to point and show its turn, 1–4 choose the mark.
const form = document.querySelector("[data-review]");
const points = form ? [...form.querySelectorAll(".point")] : [];
let at = -1;

function show(turn) {
  for (const one of document.querySelectorAll(".turn.is-shown")) one.classList.remove("is-shown");
  const row = turn ? document.getElementById(`turn-${turn}`) : null;
  if (!row) return;
  row.classList.add("is-shown");
  row.scrollIntoView({ block: "nearest" });
}

function go(to) {
  at = Math.max(0, Math.min(points.length - 1, to));
  points[at].focus({ preventScroll: true });
  points[at].scrollIntoView({ block: "nearest" });
  show(points[at].querySelector("[data-turn]")?.dataset.turn);
}

function choose(place) {
  const choice = points[at]?.querySelectorAll('input[type="radio"]')[place];
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  if (!choice.matches("[data-machine]")) points[at].querySelector(".point-reason input")?.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches('textarea, select, input:not([type="radio"])');
  if (!points.length || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    go(event.key === "j" ? at + 1 : at - 1);
  } else if (at >= 0 && "1234".includes(event.key) && event.key.length === 1) {
    event.preventDefault();
    choose(Number(event.key) - 1);
  }
});

form?.addEventListener("focusin", (event) => {
  const point = event.target.closest(".point");
  if (point) at = points.indexOf(point);
});

for (const link of document.querySelectorAll("a[data-turn]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    show(link.dataset.turn);
  });
}

// A link to a step of what follows (#register, #call) opens it.
const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
if (named?.tagName === "DETAILS") named.open = true;
