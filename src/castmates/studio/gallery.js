"use strict";
const by = (id) => document.getElementById(id);
const cards = [...document.querySelectorAll(".card")];
const names = [...document.querySelectorAll(".chip[data-name]")];
const large = by("large");
let at = -1;

const texts = new Map(cards.map((card) => [card, card.querySelector(".says").textContent.toLowerCase()]));

function sift() {
  const words = by("asked").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = names.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.name);
  let shown = 0;
  for (const card of cards) {
    const has = card.dataset.adapters.split("\n");
    card.hidden = !(words.every((word) => texts.get(card).includes(word)) && wanted.every((one) => has.includes(one)));
    shown += !card.hidden;
  }
  by("shown").value = shown;
  by("none").hidden = shown > 0;
}

function open(number) {
  at = number;
  const card = cards[at];
  const picture = by("picture");
  picture.src = card.href;
  picture.alt = card.querySelector(".words").textContent;
  by("words").textContent = picture.alt;
  by("facts").textContent = card.querySelector(".facts").textContent;
  by("copy").textContent = "copy the words";
  if (!large.open) large.showModal();
}

function walk(by_) {
  for (let next = at + by_; next >= 0 && next < cards.length; next += by_) {
    if (!cards[next].hidden) return open(next);
  }
}

by("asked").addEventListener("input", sift);
by("side").addEventListener("input", (event) => by("wall").style.setProperty("--side", `${event.target.value}px`));
for (const one of names) {
  one.addEventListener("click", () => {
    one.ariaPressed = one.ariaPressed === "true" ? "false" : "true";
    sift();
  });
}
cards.forEach((card, number) => {
  card.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(number);
  });
});
large.addEventListener("click", (event) => { if (event.target === large) large.close(); });
large.addEventListener("close", () => cards[at]?.focus());
by("close").addEventListener("click", () => large.close());
by("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(by("words").textContent);
    by("copy").textContent = "copied";
  } catch {
    getSelection().selectAllChildren(by("words"));
    by("copy").textContent = "selected: copy it";
  }
});
document.addEventListener("keydown", (event) => {
  if (large.open && event.key === "ArrowLeft") walk(-1);
  if (large.open && event.key === "ArrowRight") walk(1);
  if (!large.open && event.key === "/" && document.activeElement !== by("asked")) {
    event.preventDefault();
    by("asked").focus();
  }
});
