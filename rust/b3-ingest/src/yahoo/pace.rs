//! How fast Yahoo is asked: requests start at a steady pace, and all of them stay away while Yahoo wants that.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The pace that all requests of a run share.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    clock: Mutex<Clock>,
}

#[derive(Debug, Clone, Copy)]
struct Clock {
    next: Instant,
    paused_until: Instant,
}

impl Pace {
    /// At most one start every `interval`.
    pub(super) fn new(interval: Duration) -> Self {
        let now = Instant::now();
        Self {
            interval,
            clock: Mutex::new(Clock {
                next: now,
                paused_until: now,
            }),
        }
    }

    /// Waits for a request's turn.
    pub(super) async fn turn(&self) {
        loop {
            let turn = self.with_clock(|clock| {
                let turn = clock.next.max(clock.paused_until).max(Instant::now());
                clock.next = turn + self.interval;
                turn
            });
            sleep_until(turn).await;
            // A pause that was called meanwhile holds for those who had their turn already.
            if self.with_clock(|clock| clock.paused_until) <= turn {
                return;
            }
        }
    }

    /// No request starts before `delay` has passed.
    pub(super) fn pause(&self, delay: Duration) {
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

    const STEP: Duration = Duration::from_millis(40);

    #[tokio::test]
    async fn turns_come_one_interval_apart() {
        let pace = Pace::new(STEP);
        let start = Instant::now();
        futures::join!(pace.turn(), pace.turn(), pace.turn());
        assert!(
            start.elapsed() >= STEP * 2 && start.elapsed() < STEP * 6,
            "{:?}",
            start.elapsed()
        );
    }

    #[tokio::test]
    async fn a_pause_holds_back_those_who_wait_already() {
        let pace = Pace::new(STEP);
        let start = Instant::now();
        pace.turn().await;
        futures::join!(pace.turn(), async { pace.pause(STEP * 5) });
        assert!(start.elapsed() >= STEP * 5, "{:?}", start.elapsed());
    }
}
