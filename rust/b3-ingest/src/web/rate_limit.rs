//! The rate limit for the requests of a run, and the pause for all of them if the server asks for
//! one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The rate limit that all requests of a run share.
#[derive(Debug)]
pub(crate) struct RateLimit {
    interval: Duration,
    clock: Mutex<Clock>,
}

/// The reason why a request has no turn before its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LateTurn {
    /// The time until its turn.
    pub wait: Duration,
    /// Whether the server asked for a pause past the deadline.
    pub paused: bool,
}

#[derive(Debug, Clone, Copy)]
struct Clock {
    /// The earliest start of the next request, apart from pauses.
    next: Instant,
    paused_until: Instant,
}

impl RateLimit {
    /// At most one request every `interval`.
    pub(crate) fn new(interval: Duration) -> Self {
        let now = Instant::now();
        Self { interval, clock: Mutex::new(Clock { next: now, paused_until: now }) }
    }

    /// Waits for a request's turn.
    ///
    /// # Errors
    /// If the turn comes after `deadline`; the turn stays free for another request. The error comes
    /// at once, or after a first turn was waited for and a pause that began meanwhile took it away.
    pub(crate) async fn turn(&self, deadline: Instant) -> Result<(), LateTurn> {
        loop {
            let now = Instant::now();
            let (turn, paused_until) = self.with_clock(|clock| {
                let turn = clock.next.max(clock.paused_until).max(now);
                if turn <= deadline {
                    clock.next = turn + self.interval;
                }
                (turn, clock.paused_until)
            });
            if turn > deadline {
                return Err(LateTurn { wait: turn - now, paused: paused_until > deadline });
            }
            sleep_until(turn).await;
            // A pause that began in the meantime also applies to requests that have waited for
            // their turn.
            if self.with_clock(|clock| clock.paused_until) <= turn {
                return Ok(());
            }
        }
    }

    /// Starts no request before `delay` has passed.
    pub(crate) fn pause(&self, delay: Duration) {
        let until = Instant::now() + delay;
        self.with_clock(|clock| clock.paused_until = clock.paused_until.max(until));
    }

    fn with_clock<T>(&self, look: impl FnOnce(&mut Clock) -> T) -> T {
        look(&mut self.clock.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pause_holds_back_those_who_wait_already() {
        let (interval, pause) = (Duration::from_millis(40), Duration::from_millis(200));
        let limit = RateLimit::new(interval);
        let start = Instant::now();
        let deadline = start + Duration::from_mins(1);
        assert_eq!(limit.turn(deadline).await, Ok(()));
        let (turn, ()) = futures::join!(limit.turn(deadline), async { limit.pause(pause) });
        assert_eq!(turn, Ok(()));
        assert!(start.elapsed() >= pause, "{:?}", start.elapsed());
    }
}
