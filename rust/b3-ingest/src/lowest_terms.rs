//! Reduction of ratios of shares.

/// The ratio of two numbers above 0 in lowest terms.
pub(crate) fn lowest_terms(numerator: u128, denominator: u128) -> (u128, u128) {
    let (mut divisor, mut rest) = (numerator, denominator);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (numerator / divisor, denominator / divisor)
}
