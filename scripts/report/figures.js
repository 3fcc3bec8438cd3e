"use strict";
// Formats of numbers, and the figures computed from bars: returns, liquidity, risk.
// A `place` is the index of a bar in its ticker's lists; `ticker.session[place]` is the index of its session.

const SESSIONS_A_YEAR = 252;
// To four decimals, or three digits where those are more: a paper quoted by the thousand may cost 0.00002 a share.
const priceForm = new Intl.NumberFormat("en", {
  minimumFractionDigits: 2, maximumFractionDigits: 4, maximumSignificantDigits: 3, roundingPriority: "morePrecision",
});
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
const counted = (count, noun) => `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;

// A ticker's lists of prices, shares and averages in the chosen mode; `cash` has no averages. `splits` is null if it
// equals the bars as traded, `cash` if it equals `splits` or cannot be computed: then the ticker's `note` says why.
function series(ticker, mode) {
  if (mode === "cash" && ticker.cash) return ticker.cash;
  if (mode !== "traded" && ticker.splits) return ticker.splits;
  return ticker;
}

// The indexes of a ticker's bars in the page's last `count` sessions, which end with the session of index `lastSession`.
function inRange(ticker, lastSession, count) {
  const from = lastSession - count + 1;
  return ticker.session.map((_, place) => place).filter((place) => ticker.session[place] >= from);
}

// Those of the bars that are in the ticker's latest currency.
function inLatestMoney(ticker, places) {
  return places.filter((place) => !ticker.otherMoney.includes(place));
}

// Whether the prices of two bars are in the ticker's latest currency and without an event of unknown size between them. A
// ticker with a `note` has no prices with cash taken out: the note says why.
function comparable(ticker, mode, from, to) {
  if (mode === "cash" && ticker.note) return false;
  if (inLatestMoney(ticker, [from, to]).length < 2) return false;
  return !ticker.unknown.some((place) => place > from && place <= to);
}

// The return from the last bar before the page's last `count` sessions to the latest bar; null if it is not known.
function returnOver(ticker, mode, lastSession, count) {
  const closes = series(ticker, mode).close;
  const to = closes.length - 1;
  const from = ticker.session.findLastIndex((session) => session <= lastSession - count);
  if (from < 0 || to <= from || !comparable(ticker, mode, from, to)) return null;
  return closes[to] / closes[from] - 1;
}

function mean(values) {
  const present = values.filter(known);
  return present.length ? present.reduce((sum, value) => sum + value, 0) / present.length : null;
}

function median(values) {
  const sorted = values.filter(known).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (!sorted.length) return null;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

// The yearly standard deviation of the published daily returns; null if fewer than 20 are known.
function volatility(changes) {
  const present = changes.filter(known);
  if (present.length < 20) return null;
  const centre = mean(present);
  const squares = present.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt((squares / (present.length - 1)) * SESSIONS_A_YEAR);
}

// The deepest fall of the close from the highest one before it; null if there is no bar or they are not comparable.
function deepestFall(ticker, mode, places) {
  if (!places.length || !comparable(ticker, mode, places[0], places.at(-1))) return null;
  const closes = series(ticker, mode).close;
  let top = 0;
  let fall = 0;
  for (const place of places) {
    top = Math.max(top, closes[place]);
    fall = Math.min(fall, closes[place] / top - 1);
  }
  return fall;
}
