//! The rolling kernels as the tables call them: on a part of one series, into the caller's buffers.

use crate::column::LaneSlice;
use crate::ratio::ratio;

/// Simple moving averages of one series.
pub(crate) fn sma(
    values: LaneSlice<'_>,
    valid: Option<&[bool]>,
    ordinals: &[i32],
    window: u32,
    max_span: u32,
    out: &mut [f64],
    out_valid: &mut [bool],
) {
    let window = window as usize;
    for bar in 0..out.len() {
        out_valid[bar] = false;
        let Some(first) = (bar + 1).checked_sub(window) else {
            continue;
        };
        let counts = i64::from(ordinals[bar] - ordinals[first]) <= i64::from(max_span)
            && valid.is_none_or(|valid| valid[first..=bar].iter().all(|valid| *valid));
        if !counts {
            continue;
        }
        let mean = match values {
            LaneSlice::Decimal { unscaled, scale } => {
                let sum: i128 = unscaled[first..=bar].iter().map(|value| i128::from(*value)).sum();
                ratio(sum, 10_i128.pow(u32::from(scale)) * window as i128)
            }
            LaneSlice::Float(floats) => Some(floats[first..=bar].iter().sum::<f64>() / window as f64),
        };
        out_valid[bar] = mean.is_some();
        out[bar] = mean.unwrap_or_default();
    }
}
