//! The waits before a request is sent again.

use std::time::Duration;

/// Exponential waits with jitter, so that requests that failed together are not sent again
/// together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure, before jitter.
    pub first: Duration,
    /// The longest wait, unless the server asks for a longer one.
    pub longest: Duration,
    /// The largest number of attempts, the first included.
    pub attempts: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_mins(1), attempts: 8 }
    }
}

impl Backoff {
    /// The wait after the `failures`-th failure in a row, between half and all of `first` doubled
    /// each time, at most `longest`; `random` is in `0.0..=1.0`.
    ///
    /// The server's `retry_after` is a lower bound: a longer one is waited for in full, and up to a
    /// tenth longer.
    pub(crate) fn wait(&self, failures: u32, retry_after: Option<Duration>, random: f64) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
        let backoff = doubled.min(self.longest).mul_f64(0.5 + random / 2.0);
        let asked = retry_after.map_or(Duration::ZERO, |asked| asked.saturating_add(asked.mul_f64(random / 10.0)));
        backoff.max(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(20), attempts: 5 };
    const LEAST_RANDOM: f64 = 0.0;
    const MOST_RANDOM: f64 = 1.0;

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits = [1, 2, 3, 6, 90].map(|failures| BACKOFF.wait(failures, None, MOST_RANDOM).as_secs());
        assert_eq!(waits, [1, 2, 4, 20, 20]);
        assert_eq!(BACKOFF.wait(3, None, LEAST_RANDOM), Duration::from_secs(2));
    }

    #[test]
    fn retry_after_is_never_cut_short() {
        let asked = Duration::from_mins(5);
        assert_eq!(BACKOFF.wait(1, Some(asked), LEAST_RANDOM), asked);
        assert_eq!(BACKOFF.wait(1, Some(asked), MOST_RANDOM), asked.mul_f64(1.1));
        assert_eq!(BACKOFF.wait(3, Some(Duration::ZERO), MOST_RANDOM), Duration::from_secs(4));
    }
}
