"use strict";
// The plot's page: filters, the card under the pointer, the large view, two side by side, keys.
(() => {
  const { axes, pictures } = JSON.parse(document.getElementById("plot-data").textContent);
  const $ = (id) => document.getElementById(id);
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const plot = document.querySelector(".plot"), card = $("card"), tray = $("tray"), viewer = $("viewer");
  const cells = all(".cell"), hidden = axes.map(() => new Set());
  const at = (cell) => cell.dataset.at.split(",").map(Number);
  const byPlace = new Map(cells.map((cell) => [cell.dataset.at, cell]));
  const facts = (cell) => pictures[cell.dataset.i];
  const css = (cell) => "c" + cell.dataset.i;
  const shown = (cell) => at(cell).every((value, axis) => !hidden[axis].has(value));
  let now = cells[0], kept = null, pair = null, zoom = 1, shift = [0, 0];

  // Filters.
  function filter() {
    for (const one of all("[data-axis][data-value]")) {
      const off = hidden[one.dataset.axis].has(Number(one.dataset.value));
      if (one.matches(".chip")) one.setAttribute("aria-pressed", String(!off));
      else one.hidden = off;
    }
    for (const block of all(".block")) {
      const values = block.dataset.at ? block.dataset.at.split(",").map(Number) : [];
      block.hidden = values.some((value, i) => hidden[i + 2].has(value));
    }
    const least = $("alike") ? Number($("alike").value) / 100 : 0;
    if ($("alike")) $("alike-says").textContent = least ? least.toFixed(2) : "any";
    for (const cell of cells) cell.classList.toggle("dim", least > 0 && !(facts(cell).alike >= least));
    $("everything").disabled = !least && hidden.every((some) => !some.size);
    if (!shown(now)) walkTo(cells.find(shown) || now, false);
  }
  function only(axis, value) {
    hidden[axis] = new Set(axes[axis].values.keys());
    hidden[axis].delete(value);
  }
  for (const chip of all(".chip[data-axis]")) {
    const axis = Number(chip.dataset.axis), value = Number(chip.dataset.value);
    chip.addEventListener("click", () => {
      if (hidden[axis].has(value)) hidden[axis].delete(value);
      else hidden[axis].add(value);
      if (hidden[axis].size === axes[axis].values.length) hidden[axis].clear();
      filter();
    });
    chip.addEventListener("dblclick", () => { only(axis, value); filter(); });
  }
  $("everything").addEventListener("click", () => {
    hidden.forEach((some) => some.clear());
    if ($("alike")) $("alike").value = 0;
    filter();
  });
  $("side").addEventListener("input", (e) => plot.style.setProperty("--side", e.target.value + "px"));
  if ($("alike")) $("alike").addEventListener("input", filter);

  // What is known of a picture.
  const element = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  function told(cell, other, whole) {
    const one = facts(cell), parts = [], places = element("dl", "places");
    at(cell).forEach((value, axis) => {
      const differs = other && at(other)[axis] !== value ? "differs" : "";
      places.append(element("dt", "", axes[axis].name), element("dd", differs, axes[axis].values[value]));
    });
    parts.push(places);
    if (one.alike !== null) {
      const head = element("div", "meter-head"), bar = element("div", "bar"), fill = element("i", "fill");
      const alike = Math.min(1, Math.max(0, one.alike));
      head.append(element("b", "", "likeness"), element("span", "", alike.toFixed(2)));
      fill.style.width = 100 * alike + "%";
      bar.append(fill);
      parts.push(head, bar);
    }
    if (one.wanted.length) {
      const tags = element("p", "tags");
      for (const tag of one.wanted) tags.append(element("span", one.found.includes(tag) ? "" : "lost", tag));
      parts.push(tags);
    }
    parts.push(element("p", "infotext", one.text));
    if (whole) parts.push(element("p", "fine", one.file));
    return parts;
  }

  // The card beside the pointer or the focus.
  function showCard(cell) {
    if (viewer.open) return;
    card.replaceChildren(...told(cell));
    card.hidden = false;
    const box = cell.getBoundingClientRect(), own = card.getBoundingClientRect(), gap = 12;
    const right = box.right + gap + own.width < innerWidth;
    const left = right ? box.right + gap : Math.max(gap, box.left - gap - own.width);
    const top = Math.min(box.top, innerHeight - own.height - gap);
    card.style.left = left + "px";
    card.style.top = Math.max(gap, top) + "px";
  }
  const hideCard = () => { card.hidden = true; };
  for (const cell of cells) {
    cell.addEventListener("pointerenter", (e) => { if (e.pointerType !== "touch") showCard(cell); });
    cell.addEventListener("pointerleave", hideCard);
    cell.addEventListener("focus", () => { now = cell; if (cell.matches(":focus-visible")) showCard(cell); });
    cell.addEventListener("blur", hideCard);
    cell.addEventListener("click", () => {
      walkTo(cell, false);
      if (kept && kept !== cell) openPair(cell);
      else openOne(cell);
    });
  }
  addEventListener("scroll", hideCard, { passive: true });

  // Walking.
  function walkTo(cell, focus = true) {
    now.tabIndex = -1;
    now = cell;
    now.tabIndex = 0;
    if (!focus) return;
    now.focus({ preventScroll: true });
    now.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  function beside(cell, axis, by) {
    const place = at(cell);
    if (axis >= place.length) return null;
    for (place[axis] += by; place[axis] >= 0 && place[axis] < axes[axis].values.length; place[axis] += by) {
      const found = byPlace.get(place.join(","));
      if (found && shown(found)) return found;
    }
    return null;
  }
  function block(cell, by) {
    return beside(cell, 2, by) || (() => {
      const next = beside(cell, 3, by);
      if (!next) return null;
      const place = at(next), order = [...axes[2].values.keys()];
      for (const value of by > 0 ? order : order.reverse()) {
        place[2] = value;
        const found = byPlace.get(place.join(","));
        if (found && shown(found)) return found;
      }
      return next;
    })();
  }
  const moves = {
    ArrowLeft: (c) => beside(c, 0, -1), ArrowRight: (c) => beside(c, 0, 1),
    ArrowUp: (c) => beside(c, 1, -1), ArrowDown: (c) => beside(c, 1, 1),
    "[": (c) => block(c, -1), "]": (c) => block(c, 1), PageUp: (c) => block(c, -1), PageDown: (c) => block(c, 1),
  };

  // The large view.
  const panes = all(".pane", viewer);
  function fill(pane, cell, other) {
    pane.querySelector(".picture").className = "picture " + css(cell) + (zoom > 2.5 ? " close" : "");
    pane.querySelector("figcaption").replaceChildren(...told(cell, other, true));
  }
  function draw() {
    const stage = viewer.querySelector(".stage");
    stage.classList.toggle("paired", Boolean(pair));
    panes[1].hidden = !pair;
    fill(panes[0], pair || now, pair ? now : null);
    if (pair) fill(panes[1], now, pair);
    stage.style.setProperty("--zoom", zoom);
    stage.style.setProperty("--px", shift[0] + "px");
    stage.style.setProperty("--py", shift[1] + "px");
    viewer.querySelector('[data-does="pair"]').disabled = Boolean(pair);
  }
  function open() {
    hideCard();
    zoom = 1;
    shift = [0, 0];
    draw();
    if (!viewer.open) viewer.showModal();
  }
  function openOne(cell) { walkTo(cell, false); pair = null; open(); }
  function openPair(cell) { walkTo(cell, false); pair = kept; open(); }
  function zoomBy(factor) {
    zoom = Math.min(16, Math.max(1, zoom * factor));
    if (zoom === 1) shift = [0, 0];
    draw();
  }
  function keep(cell) {
    if (kept) kept.classList.remove("kept-aside");
    kept = cell;
    tray.hidden = !cell;
    if (!cell) return;
    cell.classList.add("kept-aside");
    tray.querySelector(".picture").className = "picture " + css(cell);
    tray.querySelector(".says").textContent = at(cell).map((v, a) => axes[a].whole[v]).join(" · ").slice(0, 80);
  }
  function compare() {
    if (viewer.open && pair) return;
    if (!kept || kept === now) {
      keep(kept === now ? null : now);
      if (viewer.open) viewer.close();
    } else openPair(now);
  }
  const does = {
    left: () => go("ArrowLeft"), right: () => go("ArrowRight"), up: () => go("ArrowUp"), down: () => go("ArrowDown"),
    in: () => zoomBy(1.5), out: () => zoomBy(1 / 1.5), pair: compare, close: () => viewer.close(),
    copy: () => navigator.clipboard && navigator.clipboard.writeText(facts(now).text),
  };
  for (const button of all("[data-does]")) button.addEventListener("click", () => does[button.dataset.does]());
  $("let-go").addEventListener("click", () => keep(null));
  viewer.addEventListener("close", () => { if (pair) { pair = null; keep(null); } walkTo(now); hideCard(); });
  for (const view of all(".window", viewer)) {
    view.addEventListener("wheel", (e) => { e.preventDefault(); zoomBy(e.deltaY < 0 ? 1.2 : 1 / 1.2); }, { passive: false });
    view.addEventListener("pointerdown", (e) => {
      const from = [e.clientX - shift[0], e.clientY - shift[1]];
      const drag = (m) => { if (zoom > 1) { shift = [m.clientX - from[0], m.clientY - from[1]]; draw(); } };
      view.setPointerCapture(e.pointerId);
      view.addEventListener("pointermove", drag);
      view.addEventListener("pointerup", () => view.removeEventListener("pointermove", drag), { once: true });
    });
  }

  // Keys.
  function go(key) {
    const next = moves[key](now);
    if (!next) return;
    walkTo(next, !viewer.open);
    if (viewer.open) draw();
  }
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input")) return;
    const inPlot = viewer.open || e.target.matches(".cell, body");
    if (e.key === "?" && !viewer.open) $("keys").showModal();
    else if ($("keys").open) return;
    else if (moves[e.key] && inPlot) go(e.key);
    else if ((e.key === "Enter" || e.key === " ") && e.target.matches(".cell")) now.click();
    else if (e.key.toLowerCase() === "c" && inPlot) compare();
    else if ((e.key === "+" || e.key === "=") && viewer.open) zoomBy(1.5);
    else if (e.key === "-" && viewer.open) zoomBy(1 / 1.5);
    else if (e.key === "0" && viewer.open) { zoom = 1; shift = [0, 0]; draw(); }
    else if (e.key === "Escape" && !viewer.open && kept) keep(null);
    else return;
    e.preventDefault();
  });
  if (now) now.tabIndex = 0;
})();
