// The page's tables: returns, liquidity, bars, tickers, quality.

// An HTML table from a header row and rows of text or elements; the first cell of a row is its heading.
function table(head, rows, kind = "") {
  const cell = (content, nth) => {
    const heading = nth === 0;
    const element = el(heading ? "th" : "td", heading ? { scope: "row" } : {}, content);
    if (/^\+\d.*%$/.test(content)) element.className = "up-text";
    if (/^-\d.*%$/.test(content)) element.className = "down-text";
    return element;
  };
  return el("table", { class: kind },
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell)))));
}

function scrolling(label, content) {
  return el("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label }, content);
}

function returnsTable(lake, ticker) {
  const last = lake.sessions.length - 1;
  const newYear = lake.sessions.findIndex((day) => day.slice(0, 4) === lake.sessions[last].slice(0, 4));
  const fixed = [1, 5, 21, 63, 252].map((count) => [counted(count, "session"), count]);
  // Counted back to the last close of the year before, and to the ticker's first close.
  const spans = [...fixed, ["year to date", last - newYear + 1], ["all on this page", last - ticker.session[0]]];
  return table(["to the last bar", "price", "with cash"], spans.map(([label, count]) => [
    label, ...["splits", "cash"].map((mode) => percent(returnOver(ticker, mode, last, count))),
  ]));
}

function liquidityTable(ticker, mode, places, sessionCount) {
  const of = (name, from = places) => from.map((place) => ticker[name][place]);
  const turnover = of("turnover", inLatestMoney(ticker, places));
  const shares = places.map((place) => series(ticker, mode).shares[place]);
  return table(["in the sessions shown", ""], [
    ["sessions with a trade", `${whole(places.length)} of ${whole(sessionCount)}`],
    ["turnover a traded session, mean", short(mean(turnover))],
    ["turnover a traded session, median", short(median(turnover))],
    ["shares a traded session, mean", short(mean(shares))],
    ["trades a traded session, mean", short(mean(of("trades")))],
    ["volatility a year, of daily returns", percent(volatility(of("change"))).replace("+", "")],
    // Not of prices as traded, in which a split would be a fall.
    ["deepest fall of the close", percent(deepestFall(ticker, mode === "cash" ? mode : "splits", places))],
  ]);
}

// The values of one bar as pairs of a name and a text, for the chart's line, its screen-reader text and the table.
function barValues(lake, ticker, mode, place) {
  const bars = series(ticker, mode);
  const events = ticker.events.filter(([bar]) => bar === place).map(([, , words]) => words);
  if (ticker.unknown.includes(place)) events.push("a corporate action, its size is not known");
  const change = mode === "cash" ? ticker.total : ticker.change;
  return [
    ["date", lake.sessions[ticker.session[place]]],
    ...["open", "high", "low", "close"].map((name) => [name, price(bars[name][place])]),
    ["return", percent(change[place])],
    ["shares", whole(bars.shares[place])],
    ["turnover", short(ticker.turnover[place])],
    ["trades", whole(ticker.trades[place])],
    ["event", events.join(", ")],
  ];
}

function barsTable(lake, ticker, mode, places) {
  const rows = places.map((place) => barValues(lake, ticker, mode, place)).reverse();
  if (!rows.length) return "";
  return table(rows[0].map(([name]) => name), rows.map((row) => row.map(([, text]) => text)));
}

function tickersTable(lake) {
  const last = lake.sessions.length - 1;
  const rows = lake.tickers.filter((ticker) => ticker.session.length).map((ticker) => {
    const recent = inRange(ticker, last, 21);
    return [
      el("a", { href: `#${ticker.ticker}` }, ticker.ticker),
      price(ticker.close.at(-1)),
      ...[1, 21, 252].map((count) => percent(returnOver(ticker, "splits", last, count))),
      short(mean(inLatestMoney(ticker, recent).map((place) => ticker.turnover[place]))),
      `${recent.length} of ${Math.min(21, last + 1)}`,
    ];
  });
  return table(["ticker", "close", "1 session", "21", "252", "turnover, mean of 21", "traded"], rows);
}

function qualityParts(quality) {
  const more = ({ count, first }) => (count > first.length ? `, of which ${first.length} are listed` : "");
  const part = (title, summary) => [el("h3", {}, title), el("p", {}, summary)];
  const partWithTable = (title, found, summary, head, rows) => (found.count
    ? [...part(title, summary), scrolling(title, table(head, rows, "words"))]
    : part(title, "None."));
  const { missing, unexpected, rejected, rules, warnings } = quality;
  return [
    ...part("Missing sessions", missing.count
      ? `${whole(missing.count)} of the exchange's ${whole(quality.expected)} sessions are not in the lake${more(missing)}: ${missing.first.join(", ")}.`
      : `None: the lake has all ${whole(quality.expected)} sessions of the exchange from its first date to its last.`),
    ...(unexpected.count
      ? [el("p", {}, `${whole(unexpected.count)} dates are no session of the calendar${more(unexpected)}: ${unexpected.first.join(", ")}.`)]
      : []),
    ...partWithTable("Rejected rows", rejected, `${whole(rejected.count)} rejected, kept with the reason${more(rejected)}.`,
      ["date", "ticker", "at", "reason"], rejected.first),
    ...partWithTable("Rules that published rows break", rules, "These rows are published; the rule says what to look at.",
      ["rule", "rows", "latest"], rules.first.map(([rule, rows, latest]) => [rule, whole(rows), latest])),
    ...partWithTable("Warnings of the last ingestion", warnings, `${whole(warnings.count)} in all${more(warnings)}.`,
      ["warning"], warnings.first.map((warning) => [warning])),
  ];
}
