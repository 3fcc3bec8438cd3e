//! Typical price, which CCI and MFI share.

/// (high + low + close) / 3 of one bar; TA-Lib's `TYPPRICE`.
pub(super) fn typical_price([high, low, close]: [&[f64]; 3], row: usize) -> f64 {
    (high[row] + low[row] + close[row]) / 3.0
}
