//! The names of the columns of raw bars, of corporate actions and of refined rows.

/// B3 code of the instrument.
pub const TICKER: &str = "ticker";
/// Session in which the bar traded.
pub const TRADE_DATE: &str = "trade_date";
/// Start of an intraday bar; null for a daily bar.
pub(crate) const BAR_START: &str = "bar_start";
pub(crate) const OPEN: &str = "open";
pub(crate) const HIGH: &str = "high";
pub(crate) const LOW: &str = "low";
pub(crate) const CLOSE: &str = "close";
/// Shares traded.
pub(crate) const VOLUME: &str = "volume";
/// Money traded, in the currency of the prices.
pub(crate) const TURNOVER: &str = "turnover";
pub(crate) const TRADES: &str = "trades";
pub(crate) const SOURCE: &str = "source";
/// Currency of the prices: `BRL`, or the label that COTAHIST gave it before the real.
pub(crate) const CURRENCY: &str = "currency";
/// Distribution number of the paper (DISMES of COTAHIST).
pub(crate) const DISTRIBUTION: &str = "distribution";
/// Class, ex-marker and segment of the paper (ESPECI of COTAHIST).
pub(crate) const SPECIFICATION: &str = "specification";
/// First session without the right of a corporate action.
pub(crate) const EX_DATE: &str = "ex_date";
pub(crate) const KIND: &str = "kind";
/// Cash per share.
pub(crate) const AMOUNT: &str = "amount";
/// New shares of a share event.
pub(crate) const NUMERATOR: &str = "numerator";
/// Old shares of a share event.
pub(crate) const DENOMINATOR: &str = "denominator";
/// Further text about a corporate action.
pub(crate) const NOTE: &str = "note";
pub(crate) const VWAP: &str = "vwap";
pub(crate) const SIMPLE_RETURN: &str = "simple_return";
/// Shares that the old ones have become since the previous bar.
pub(crate) const NEW_SHARES: &str = "new_shares";
/// Shares of the previous bar, in lowest terms with the new ones.
pub(crate) const OLD_SHARES: &str = "old_shares";
/// Cash per share since the previous bar, in this bar's shares.
pub(crate) const DISTRIBUTIONS: &str = "distributions";
/// The sum of close and distributions over previous close, less one.
pub(crate) const TOTAL_RETURN: &str = "total_return";
/// Whether events since the previous bar are known.
pub(crate) const ADJUSTMENT: &str = "adjustment";
pub(crate) const DAYS_SINCE_PREVIOUS: &str = "days_since_previous";
pub(crate) const SESSIONS_SINCE_PREVIOUS: &str = "sessions_since_previous";
/// Raw rows that went into a refined row.
pub(crate) const BARS: &str = "bars";
pub(crate) const REJECTED: &str = "rejected";

/// The published name of a column of the refined table.
///
/// `sma_20` becomes `media_movel_20`; `bars`, `rejected` and unknown names stay as they are.
#[must_use]
pub fn published(name: &str) -> String {
    if let Some(window) = name.strip_prefix("sma_") {
        return format!("media_movel_{window}");
    }
    match name {
        TRADE_DATE => "data_pregao",
        TICKER => "ativo",
        OPEN => "abertura",
        HIGH => "maxima",
        LOW => "minima",
        CLOSE => "fechamento",
        VOLUME => "quantidade",
        TURNOVER => "volume_financeiro",
        TRADES => "negocios",
        VWAP => "preco_medio",
        SIMPLE_RETURN => "retorno_diario",
        NEW_SHARES => "acoes_novas",
        OLD_SHARES => "acoes_antigas",
        DISTRIBUTIONS => "proventos",
        TOTAL_RETURN => "retorno_total",
        ADJUSTMENT => "ajuste",
        CURRENCY => "moeda",
        DAYS_SINCE_PREVIOUS => "dias_desde_anterior",
        SESSIONS_SINCE_PREVIOUS => "pregoes_desde_anterior",
        SOURCE => "fonte",
        other => other,
    }
    .to_owned()
}
