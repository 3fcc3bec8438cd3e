"use strict";
// Numbers as text, and what is computed from bars: returns, liquidity, risk.

const SESSIONS_A_YEAR = 252;
const priceForm = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const percentForm = new Intl.NumberFormat("en", {
  style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero",
});
const shortForm = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });
const wholeForm = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

const known = (value) => value !== null && value !== undefined;
const shown = (form, value) => (known(value) && Number.isFinite(value) ? form.format(value) : "–");
const price = (value) => shown(priceForm, value);
const percent = (value) => shown(percentForm, value);
const short = (value) => shown(shortForm, value);
const whole = (value) => shown(wholeForm, value);

// A ticker's lists of prices and shares: as traded, or adjusted where its shares or its cash changed.
function series(ticker, mode) {
  return (mode === "cash" && ticker.cash) || (mode !== "traded" && ticker.splits) || ticker;
}

// The bars of a ticker in the last `sessions` of the page, 0 for all: their places in its lists.
function inRange(ticker, lastSession, sessions) {
  const from = sessions ? lastSession - sessions + 1 : 0;
  return ticker.at.map((_, place) => place).filter((place) => ticker.at[place] >= from);
}

// Whether prices on both sides of these bars are in one money and, as far as the exchange tells, in known shares.
function comparable(ticker, from, to) {
  const money = (place) => ticker.otherMoney.includes(place);
  return !ticker.unknown.some((place) => place > from && place <= to) && money(from) === money(to) && !money(to);
}

// The return over the last `sessions` of the page, of the last bar before them; null where it cannot be known.
function returnOver(ticker, mode, lastSession, sessions) {
  const closes = series(ticker, mode).close;
  const to = closes.length - 1;
  const from = ticker.at.findLastIndex((at) => at <= lastSession - sessions);
  if (from < 0 || to <= from || !comparable(ticker, from, to) || (mode === "cash" && ticker.note)) return null;
  return closes[to] / closes[from] - 1;
}

function mean(values) {
  const there = values.filter(known);
  return there.length ? there.reduce((sum, value) => sum + value, 0) / there.length : null;
}

function median(values) {
  const there = values.filter(known).sort((a, b) => a - b);
  const half = there.length >> 1;
  if (!there.length) return null;
  return there.length % 2 ? there[half] : (there[half - 1] + there[half]) / 2;
}

// The standard deviation of the published returns, a year.
function volatility(changes) {
  const there = changes.filter(known);
  if (there.length < 20) return null;
  const centre = mean(there);
  const squares = there.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt((squares / (there.length - 1)) * SESSIONS_A_YEAR);
}

// The deepest fall of the close from the highest one before it; null where the bars are not comparable.
function deepestFall(ticker, mode, places) {
  if (!places.length || !comparable(ticker, places[0], places.at(-1))) return null;
  const closes = series(ticker, mode).close;
  let top = 0;
  let fall = 0;
  for (const place of places) {
    top = Math.max(top, closes[place]);
    fall = Math.min(fall, closes[place] / top - 1);
  }
  return fall;
}
