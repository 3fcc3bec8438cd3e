// The chart of one ticker as SVG: candles with averages, marks of events, shares traded, daily returns.
// figures.js says what a `place` is, and has `series`, `known` and the formats of numbers.

// Pixels: the width of the labels right of the panels, and the space between panels.
const RIGHT = 58;
const GAP = 16;

function svg(name, attributes = {}, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

// Round numbers between two values, about `count` of them; of equal values the value itself.
function ticks(low, high, count) {
  if (low === high) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let value = Math.ceil(low / step); value * step <= high; value += 1) found.push(value * step);
  return found;
}

// A panel's vertical scale: values between low and high to pixels between top and bottom. Where low equals high, the span
// is the value itself, because an average may still differ from it.
function scale(low, high, top, bottom) {
  const span = high - low || Math.abs(high) || 1;
  return (value) => bottom - ((value - low) / span) * (bottom - top);
}

function grid(root, toY, values, form, width) {
  for (const value of values) {
    const y = toY(value);
    root.append(svg("path", { class: "grid", d: `M0 ${y}H${width - RIGHT}` }));
    const label = form(value);
    const narrowed = label.length > 7 ? { textLength: RIGHT - 8, lengthAdjust: "spacingAndGlyphs" } : {};
    root.append(svg("text", { x: width - RIGHT + 6, y: y + 4, ...narrowed }, label));
  }
}

// Draws a ticker's bars of these `places`, at least one, from the session of index `firstSession` to the page's last.
// `mode` is the kind of prices: as "traded", adjusted for "splits", or adjusted for splits and "cash".
// Returns the function that moves the cross to one of these bars.
function drawChart(box, sessions, ticker, mode, places, firstSession) {
  const width = Math.max(240, box.clientWidth);
  const narrow = width < 600;
  const priceBottom = narrow ? 240 : 340;
  const marksY = priceBottom + 14;
  const sharesTop = marksY + 12 + GAP;
  const sharesBottom = sharesTop + (narrow ? 50 : 70);
  const returnsTop = sharesBottom + GAP;
  const returnsBottom = returnsTop + (narrow ? 50 : 60);
  const height = returnsBottom + 22;
  const bars = series(ticker, mode);
  const sessionWidth = (width - RIGHT) / (sessions.length - firstSession);
  const x = (place) => (ticker.session[place] - firstSession + 0.5) * sessionWidth;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });

  const low = Math.min(...places.map((place) => bars.low[place]));
  const high = Math.max(...places.map((place) => bars.high[place]));
  const y = scale(low, high, 10, priceBottom);
  grid(root, y, ticks(low, high, 5), price, width);
  months(root, sessions, firstSession, sessionWidth, height);
  const inside = svg("svg", { width, height: priceBottom + 4 }); // clips lines that leave the panel
  root.append(inside);
  candles(inside, bars, places, x, y, Math.max(1, sessionWidth * 0.66));
  averages(inside, bars.averages ?? {}, places, x, y);
  events(root, ticker, places, x, marksY);

  const most = Math.max(1, ...places.map((place) => bars.shares[place]));
  // The line at 0 is labelled with the panel's name.
  const sharesY = scale(0, most, sharesTop, sharesBottom);
  grid(root, sharesY, [0, most], (value) => (value ? short(value) : "shares"), width);
  columns(root, "shares", places, x, sessionWidth, (place) => [sharesY(0), sharesY(bars.shares[place])]);

  const changes = mode === "cash" ? ticker.total : ticker.change;
  const widest = Math.max(0.001, ...places.map((place) => Math.abs(changes[place] ?? 0)));
  const returnY = scale(-widest, widest, returnsTop, returnsBottom);
  grid(root, returnY, [widest, 0], (value) => (value ? percent(value).replace("+", "±") : "return"), width);
  for (const [name, side] of [["up", 1], ["down", -1]]) {
    const drawn = places.filter((place) => changes[place] * side > 0);
    columns(root, name, drawn, x, sessionWidth, (place) => [returnY(0), returnY(changes[place])]);
  }

  const cross = svg("path", { class: "cross" });
  root.append(cross);
  box.replaceChildren(root);
  return (place) => cross.setAttribute("d", `M${x(place)} 4V${returnsBottom}`);
}

// Labels the first session of each month, or of each year if months would be too close together.
function months(root, sessions, firstSession, sessionWidth, height) {
  const shownSessions = sessions.slice(firstSession);
  const starts = (length) => shownSessions
    .map((day, at) => [day.slice(0, length), at])
    .filter(([label, at]) => at === 0 || label !== shownSessions[at - 1].slice(0, length));
  const monthly = starts(7);
  const labels = monthly.length > 36 ? starts(4) : monthly;
  let free = 0; // where the next label may begin: a label takes 52 pixels, and 12 are left after it
  for (const [label, at] of labels) {
    const left = at * sessionWidth;
    if (left < free || left + 52 > shownSessions.length * sessionWidth) continue;
    free = left + 64;
    root.append(svg("text", { x: left, y: height - 6 }, label));
  }
}

function candles(root, bars, places, x, y, wide) {
  const paths = { up: "", down: "" };
  for (const place of places) {
    const [open, close] = [y(bars.open[place]), y(bars.close[place])];
    const left = x(place) - wide / 2;
    const body = `M${left} ${open}h${wide}V${close}h${-wide}Z`;
    const wick = `M${x(place)} ${y(bars.high[place])}V${y(bars.low[place])}`;
    paths[bars.close[place] >= bars.open[place] ? "up" : "down"] += wick + body;
  }
  for (const [name, d] of Object.entries(paths)) root.append(svg("path", { class: name, d }));
}

function averages(root, all, places, x, y) {
  Object.values(all).forEach((values, nth) => {
    let d = "";
    let pen = "M";
    for (const place of places) {
      if (known(values[place])) d += `${pen}${x(place)} ${y(values[place])}`;
      pen = known(values[place]) ? "L" : "M";
    }
    root.append(svg("path", { class: `average average-${nth + 1}`, d }));
  });
}

function events(root, ticker, places, x, marksY) {
  const unknown = ticker.unknown.map((place) => [place, "?"]);
  for (const [place, letter] of [...ticker.events, ...unknown]) {
    if (!places.includes(place)) continue;
    root.append(svg("circle", { class: "mark", cx: x(place), cy: marksY, r: 8 }));
    root.append(svg("text", { class: "mark-text", x: x(place), y: marksY + 4 }, letter));
  }
}

function columns(root, name, places, x, sessionWidth, verticalSpan) {
  const wide = Math.max(0.8, sessionWidth * 0.66);
  const d = places.map((place) => {
    const [from, to] = verticalSpan(place);
    return `M${x(place) - wide / 2} ${from}h${wide}V${to}h${-wide}Z`;
  });
  root.append(svg("path", { class: name, d: d.join(""), "stroke-width": 0 }));
}
