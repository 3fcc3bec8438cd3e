// The page's state and what redraws the page. page.py joins this file to the end of the folder's other scripts.

const lake = JSON.parse(document.getElementById("lake").textContent);
const last = lake.sessions.length - 1;
const byName = new Map(lake.tickers.map((ticker) => [ticker.ticker, ticker]));
const others = new Map(lake.others.map((row) => [row.ticker, row]));
const byId = (id) => document.getElementById(id);
const checked = (name) => document.querySelector(`input[name=${name}]:checked`).value;
let current = null; // the ticker shown, null if its bars are not on this page
let places = []; // the indexes of its bars that are drawn
let moveCross = () => {};

// A description of the tickers whose bars are on the page.
function tickersOnPage() {
  return lake.chosen ? "the tickers asked for" : `the ${byName.size} most traded of the lake's last year`;
}

function about(name) {
  return others.has(name) ? "not on this page" : `close ${price(byName.get(name).close.at(-1))}`;
}

// The number of sessions that are drawn; the choice 0 means all.
function sessionsShown() {
  return Math.min(Number(checked("range")) || last + 1, last + 1);
}

function note(text) {
  return el("p", { class: "note" }, text);
}

function notes(ticker) {
  const found = [];
  const dates = ticker.unknown.map((place) => lake.sessions[ticker.session[place]]);
  if (dates.length) {
    found.push(`? on ${dates.join(", ")}: a corporate action changed the price and its size is not known, so no return looks across it.`);
  }
  if (ticker.otherMoney.length) {
    found.push("Bars before a change of money: no return looks across it, and turnover counts the later bars alone.");
  }
  if (ticker.note) found.push(ticker.note);
  if (checked("mode") === "cash" && ticker.cash) found.push("The averages are not adjusted for cash, so they are not drawn here.");
  return found.map(note);
}

function draw() {
  if (!current) return;
  const mode = checked("mode");
  const sessionCount = sessionsShown();
  places = inRange(current, last, sessionCount);
  for (const id of ["bar", "legend"]) byId(id).replaceChildren();
  byId("returns").replaceChildren(current.session.length ? returnsTable(lake, current) : "");
  byId("liquidity").replaceChildren(liquidityTable(current, mode, places, sessionCount));
  byId("notes").replaceChildren(...notes(current));
  drawTable();
  if (!places.length) {
    const nothing = "No trade in these sessions.";
    byId("chart").replaceChildren(note(nothing));
    announce(0, nothing);
    return;
  }
  moveCross = drawChart(byId("chart"), lake.sessions, current, mode, places, last + 1 - sessionCount);
  const marks = current.events.length || current.unknown.length ? ["S shares changed", "D cash paid"] : [];
  const lines = Object.keys(series(current, mode).averages ?? {});
  byId("legend").replaceChildren(
    ...lines.map((window, nth) => el("span", { class: `average-${nth + 1}` }, `— average of ${window}`)),
    ...marks.map((text) => el("span", {}, text)));
  showBar(places.length - 1);
}

function drawTable() {
  const open = byId("bars").open;
  byId("bars").querySelector(".scroll")?.remove();
  if (open) byId("bars").append(scrolling("Bars", barsTable(lake, current, checked("mode"), places)));
}

// Moves the cross to the nth bar shown and writes its numbers.
function showBar(nth) {
  const words = barValues(lake, current, checked("mode"), places[nth]).filter(([, text]) => text);
  moveCross(places[nth]);
  byId("bar").replaceChildren(...words.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text))));
  announce(nth + 1, words.map((pair) => pair.join(" ")).join(", "));
}

// What a screen reader says of the chart: which of the bars shown the cross is at, and its numbers.
function announce(now, text) {
  const values = { valuemin: Math.min(1, places.length), valuemax: places.length, valuenow: now, valuetext: text };
  for (const [name, value] of Object.entries(values)) byId("chart").setAttribute(`aria-${name}`, value);
}

function show(name) {
  const ticker = byName.get(name);
  const other = others.get(name);
  current = ticker ?? null;
  byId("name").textContent = name;
  byId("ticker").classList.toggle("absent", !ticker);
  byId("ticker-about").textContent = ticker
    ? `Prices in ${ticker.money} a share; adjusted ones are in the shares of ${lake.sessions[last]}.`
    : `In the lake with ${whole(other.bars)} bars from ${other.first} to ${other.last}, last close ${price(other.close)}.` +
      ` Its bars are not on this page, which holds ${tickersOnPage()}: make page TICKERS=${name} writes one with them.`;
  draw();
}

function choose(name) {
  if (!byName.has(name) && !others.has(name)) {
    byId("status").textContent = `no ticker of this lake is called ${name}`;
    return;
  }
  history.replaceState(null, "", `#${name}`);
  show(name);
  byId("status").textContent = `${name} is shown`;
  byId("name").focus();
}

function start() {
  const leftOut = lake.lakeSessions - lake.sessions.length;
  byId("about").textContent = [
    `${lake.first} to ${lake.sessions[last]}, ${counted(lake.lakeSessions, "session")}, ${counted(byName.size + others.size, "ticker")}.`,
    leftOut ? `This page holds the latest ${whole(lake.sessions.length)} sessions, so that it stays small.` : "",
    lake.note,
  ].filter(Boolean).join(" ");
  byId("tickers-about").textContent = others.size
    ? `With their bars on this page: ${tickersOnPage()}. The search finds the other ${whole(others.size)} too.`
    : `All tickers of the lake, ${lake.chosen ? "in the order asked for" : "the most traded first"}.`;
  byId("tickers").append(scrolling("Tickers", tickersTable(lake)));
  byId("quality").append(...qualityParts(lake.quality));
  makeSearch([...byName.keys(), ...others.keys()], about, choose);
  for (const id of ["mode", "range"]) byId(id).addEventListener("change", draw);
  byId("bars").addEventListener("toggle", drawTable);
  listenToChart();
  if (byId("chart").clientWidth < 600) document.querySelector("input[name=range][value='63']").checked = true;
  const chooseFromAddress = () => {
    if (location.hash.length > 1) choose(location.hash.slice(1).toUpperCase());
  };
  window.addEventListener("hashchange", chooseFromAddress);
  show(lake.tickers[0].ticker);
  chooseFromAddress();
}

function listenToChart() {
  const chart = byId("chart");
  const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -21, PageDown: 21, Home: -Infinity, End: Infinity };
  chart.addEventListener("keydown", (event) => {
    if (!(event.key in moves) || !places.length) return;
    event.preventDefault();
    const now = Number(chart.getAttribute("aria-valuenow")) - 1;
    showBar(Math.min(places.length - 1, Math.max(0, now + moves[event.key])));
  });
  const point = (event) => {
    if (!places.length) return;
    const across = (event.clientX - chart.getBoundingClientRect().left) / (chart.clientWidth - RIGHT);
    const first = last + 1 - sessionsShown();
    const session = first + across * (last + 1 - first) - 0.5;
    const gaps = places.map((place) => Math.abs(current.session[place] - session));
    showBar(gaps.indexOf(Math.min(...gaps)));
  };
  chart.addEventListener("pointermove", point);
  chart.addEventListener("pointerdown", point);
  let width = chart.clientWidth;
  new ResizeObserver(() => {
    if (chart.clientWidth === width) return;
    width = chart.clientWidth;
    draw();
  }).observe(chart);
}

start();
