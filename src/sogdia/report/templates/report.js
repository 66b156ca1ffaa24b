(function () {
  "use strict";
  document.documentElement.classList.add("js");
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  });
  window.addEventListener("hashchange", reveal);
  function reveal() {
    var row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var shut = row && row.closest("details:not([open])");
    if (shut) { shut.open = true; row.scrollIntoView(); }
  }
  reveal();

  var filter = document.getElementById("claim-filter");
  if (filter) {
    filter.addEventListener("input", function () {
      var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      var table = document.getElementById("claim-table");
      if (words.length) { table.closest("details").open = true; }
      table.querySelectorAll("tbody tr").forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (w) { return text.indexOf(w) >= 0; });
      });
    });
  }

  var map = document.getElementById("map");
  if (!map) { return; }
  function numbers(text) { return text.split(" ").map(Number); }
  var full = numbers(map.dataset.full), focus = numbers(map.dataset.focus), view = focus.slice();
  var bar = document.getElementById("scale-bar");

  var labels = [];
  map.querySelectorAll("text.place, text.country, text.water").forEach(function (text) {
    var at = text.closest("[transform]").getAttribute("transform").match(/-?\d+/g).map(Number);
    var rank = text.matches(".end") ? 0 : text.matches(".r1") ? 1 : text.matches(".r2") ? 2 : text.matches(".r3") ? 4 : 3;
    var style = getComputedStyle(text);
    labels.push({ text: text, x: at[0], y: at[1], rank: rank, size: parseFloat(style.fontSize),
      step: parseFloat(style.letterSpacing) || 0, length: text.textContent.length });
  });
  labels.sort(function (a, b) { return a.rank - b.rank; });
  map.classList.add("live");
  function place(u, box) {
    var x0 = view[0] + view[2] / 2 - box.width * u / 2, y0 = view[1] + view[3] / 2 - box.height * u / 2;
    var taken = labels.filter(function (l) { return l.rank < 3; }).map(function (l) {
      var x = (l.x - x0) / u, y = (l.y - y0) / u;
      return [x - 4, y - 4, x + 4, y + 4];
    }), dots = taken.length;
    labels.forEach(function (l) {
      var x = (l.x - x0) / u, y = (l.y - y0) / u, width = l.length * (l.size * 0.58 + l.step) + 4;
      var spots = l.rank === 3 ? [[0, 0, "middle"]] : [[9, 4, "start"], [-9, 4, "end"], [0, -10, "middle"], [0, 19, "middle"]];
      var fits = l.rank < 4 || u < 2;
      fits = fits && spots.some(function (s) {
        var left = x + s[0] - (s[2] === "end" ? width : s[2] === "middle" ? width / 2 : 0);
        var b = [left, y + s[1] - l.size, left + width, y + s[1] + 3];
        if (b[0] < 2 || b[2] > box.width - 2 || b[1] < 0 || b[3] > box.height) { return false; }
        if (taken.some(function (t, i) { return (l.rank || i >= dots) && b[0] < t[2] && t[0] < b[2] && b[1] < t[3] && t[1] < b[3]; })) { return false; }
        taken.push(b);
        if (l.rank !== 3) {
          l.text.setAttribute("x", s[0]); l.text.setAttribute("y", s[1]); l.text.setAttribute("text-anchor", s[2]);
        }
        return true;
      });
      l.text.classList.toggle("off", !fits);
    });
  }

  function unitsPerPixel() {
    var box = map.getBoundingClientRect();
    return Math.max(view[2] / (box.width || 1000), view[3] / (box.height || 625));
  }
  function draw() {
    map.setAttribute("viewBox", view.map(Math.round).join(" "));
    var u = unitsPerPixel(), box = map.getBoundingClientRect();
    map.style.setProperty("--k", u.toFixed(3));
    map.style.setProperty("--m", "1");
    place(u, box);
    var length = [1000, 500, 200, 100, 50, 20, 10].find(function (l) { return l <= box.width * u * 0.2; }) || 10;
    var x = view[0] + view[2] / 2 - box.width * u / 2 + 22 * u;
    var y = view[1] + view[3] / 2 + box.height * u / 2 - 24 * u;
    bar.setAttribute("transform", "translate(" + Math.round(x) + " " + Math.round(y) + ")");
    bar.querySelector(".bar").setAttribute("d", "M0 0h" + length);
    bar.querySelector(".bar-ticks").setAttribute("d", "M0 0v" + (-6 * u).toFixed(1) + "M" + length + " 0v" + (-6 * u).toFixed(1));
    bar.querySelector("text").textContent = length + " km";
  }
  function clamp() {
    view[0] = Math.min(Math.max(view[0], full[0] - view[2] / 2), full[0] + full[2] - view[2] / 2);
    view[1] = Math.min(Math.max(view[1], full[1] - view[3] / 2), full[1] + full[3] - view[3] / 2);
  }
  function zoom(factor, x, y) {
    var width = Math.min(Math.max(view[2] * factor, 250), full[2] * 1.15);
    factor = width / view[2];
    if (x === undefined) { x = view[0] + view[2] / 2; y = view[1] + view[3] / 2; }
    view = [x - (x - view[0]) * factor, y - (y - view[1]) * factor, width, view[3] * factor];
    clamp(); draw();
  }
  function pan(dx, dy) { view[0] += dx; view[1] += dy; clamp(); draw(); }
  function point(event) {
    var at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    return [at.x, at.y];
  }
  map.addEventListener("wheel", function (event) {
    if (!event.ctrlKey && !map.contains(document.activeElement)) { return; }
    event.preventDefault();
    var at = point(event);
    zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.004), at[0], at[1]);
  }, { passive: false });
  var last = null;
  map.addEventListener("pointerdown", function (event) {
    if (event.button) { return; }
    last = [event.clientX, event.clientY];
    map.setPointerCapture(event.pointerId);
  });
  map.addEventListener("pointermove", function (event) {
    if (!last) { return; }
    var u = unitsPerPixel();
    pan((last[0] - event.clientX) * u, (last[1] - event.clientY) * u);
    last = [event.clientX, event.clientY];
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    map.addEventListener(name, function () { last = null; });
  });
  map.addEventListener("keydown", function (event) {
    var step = view[2] / 10;
    var act = {
      "+": function () { zoom(0.8); }, "=": function () { zoom(0.8); }, "-": function () { zoom(1.25); },
      "0": function () { view = focus.slice(); draw(); },
      ArrowLeft: function () { pan(-step, 0); }, ArrowRight: function () { pan(step, 0); },
      ArrowUp: function () { pan(0, -step); }, ArrowDown: function () { pan(0, step); }
    }[event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); act(); }
  });
  document.querySelectorAll("[data-zoom]").forEach(function (button) {
    button.addEventListener("click", function () {
      var how = button.dataset.zoom;
      if (how === "in") { zoom(0.7); } else if (how === "out") { zoom(1 / 0.7); }
      else { view = (how === "full" ? full : focus).slice(); draw(); }
    });
  });
  var readout = document.querySelector(".readout"), silent = readout.textContent;
  function tell(event) {
    var node = event.target;
    while (node && node !== map) {
      var title = node.querySelector && node.querySelector(":scope > title");
      if (title) { readout.textContent = title.textContent; return; }
      node = node.parentNode;
    }
    readout.textContent = silent;
  }
  map.addEventListener("pointerover", tell);
  map.addEventListener("focusin", tell);
  map.addEventListener("pointerleave", function () { readout.textContent = silent; });
  window.addEventListener("resize", draw);
  draw();
})();
