//! The timing of a bench's cases, in million rows a second. With the name of a case and a number of
//! rounds (`... -- sma_decimal 10`) a bench runs that case alone, so that `benches/instructions.py`
//! can count its instructions.

use std::time::Instant;

/// Runs the case that the command line names, or prints each case's best of `rounds` times.
pub(crate) fn measure<C: Copy>(cases: &[(&str, C)], rounds: u32, rows: f64, mut run: impl FnMut(C)) {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let [name, rounds] = &wanted[..] {
        let rounds: u32 = rounds.parse().expect("the second argument is a number of rounds");
        let (_, case) = cases.iter().find(|(case, _)| case == name).expect("the first names a case");
        (0..rounds).for_each(|_| run(*case));
        return;
    }
    for (name, case) in cases {
        let mut best = f64::INFINITY;
        for _ in 0..rounds {
            let start = Instant::now();
            run(*case);
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{name:24} {:8.1} Mrow/s", rows / best / 1e6);
    }
}
