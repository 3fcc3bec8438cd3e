//! The column `adjustment`: what is known of the corporate actions between two bars, from the table
//! of actions and from what COTAHIST says.
//!
//! COTAHIST says that a right has left the price, never its size: DISMES, the distribution number,
//! changes on the ex-date (a step), and ESPECI shows for some eight sessions which right it was: an
//! E and a letter for each right (`ON  EDJ NM`).
//!
//! | letter | right | is |
//! | --- | --- | --- |
//! | D, J, R | dividend, interest on capital, income of a fund | cash |
//! | A | amortisation of a fund | cash, however much |
//! | S | subscription | a right of its own, which does not change the number of shares |
//! | B, G | bonus or split, grouping | shares |
//! | any other (X and C occur) | not in B3's layout | unknown |
//!
//! The letters are from B3's layout of COTAHIST ("Layout do arquivo, cotações históricas", table of
//! ESPECI, revision 2 of 2020). Files show that a split is marked B, and that markers remain after
//! their step and shrink (`EDJ`, then `EJ`): BBAS3 split 2 for 1 under `EB` on 2024-04-16, and its
//! DISMES stepped twice under one `EDJ` in June 2024.
//!
//! If no letter says that shares changed, the prices decide. Cash other than an amortisation can
//! explain a close down to 3/5 of the previous one: of the steps in the samples of January 2021 the
//! largest dividend left 0.82 (EMAE4), and amortisations, which may repay nearly all of a fund,
//! 0.59 (LOFT11B) and 0.64 (DMAC11). A split of 2 for 1 leaves 0.50; BSLI3's step left 0.24. Cash
//! never raises a price, but trading may; the upper bound is the lower one's inverse, 5/3. Without
//! any event 42 liquid tickers closed beyond these bounds on 6 of 111,017 days of 2015 to 2025.

/// Whether the prices before a bar are comparable with its own. A period has the greatest value of
/// its bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Adjustment {
    /// No event is known, and the distribution number shows no change of shares.
    NoEvent,
    /// One of the bars has no distribution number, and no event is known.
    Unverifiable,
    /// A known event lies between the bars.
    Applied,
    /// The distribution number stepped, cash does not explain it, and no share event is known.
    NoFactor,
}

impl Adjustment {
    /// The text in the column `adjustment`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NoEvent => "nenhum",
            Self::Applied => "aplicado",
            Self::NoFactor => "sem_fator",
            Self::Unverifiable => "nao_verificavel",
        }
    }
}

/// What two bars and the known actions between them say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// Whether a share event is known.
    pub(crate) shares_known: bool,
    /// Whether cash is known to have been paid.
    pub(crate) cash_known: bool,
    /// DISMES of both bars, the earlier first.
    pub(crate) distributions: [Option<i16>; 2],
    /// ESPECI of both bars, the earlier first.
    pub(crate) specifications: [Option<&'a str>; 2],
    /// (Close + known cash) / previous close; `None` if a close is missing or the previous one is
    /// not above 0.
    pub(crate) price_ratio: Option<f64>,
}

/// The adjustment that follows from the evidence.
pub(crate) fn adjustment(evidence: &Evidence<'_>) -> Adjustment {
    let unexplained = match evidence.distributions {
        [Some(before), Some(now)] => before != now && !explained_by_cash(evidence),
        _ => false,
    };
    if evidence.shares_known {
        Adjustment::Applied
    } else if unexplained {
        Adjustment::NoFactor
    } else if evidence.cash_known {
        Adjustment::Applied
    } else if evidence.distributions.contains(&None) {
        Adjustment::Unverifiable
    } else {
        Adjustment::NoEvent
    }
}

/// The smallest ratio of closes that cash other than an amortisation can explain.
const DEEPEST_FALL: f64 = 3.0 / 5.0;
/// The largest ratio of closes at which a step can be one of cash.
const HIGHEST_RISE: f64 = 5.0 / 3.0;

fn explained_by_cash(evidence: &Evidence<'_>) -> bool {
    let mut amortises = false;
    for right in new_rights(evidence.specifications) {
        match right {
            b'A' => amortises = true,
            b'D' | b'J' | b'R' | b'S' => {}
            _ => return false,
        }
    }
    evidence.price_ratio.is_none_or(|ratio| (amortises || ratio >= DEEPEST_FALL) && ratio <= HIGHEST_RISE)
}

/// The letters that a step can be about: those that the previous bar does not show, or all if it
/// shows them all.
fn new_rights([before, now]: [Option<&str>; 2]) -> impl Iterator<Item = u8> {
    let (before, now) = (rights(before), rights(now));
    let any_new = now.bytes().any(|right| !before.as_bytes().contains(&right));
    now.bytes().filter(move |right| !any_new || !before.as_bytes().contains(right))
}

/// The letters after the E of a specification's ex-marker: `DJ` of `ON  EDJ NM`; none in `PNE` or
/// `ON  ATZ NM`. A `*` may follow the share class (`CI *`).
fn rights(specification: Option<&str>) -> &str {
    let mut words = specification.unwrap_or_default().split([' ', '*']).filter(|word| !word.is_empty());
    let marker =
        |word: &&str| word.len() > 1 && word.starts_with('E') && word.bytes().all(|byte| byte.is_ascii_uppercase());
    // The first word is the share class.
    words.next().and_then(|_| words.find(marker)).map_or("", |marker| &marker[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step of DISMES without a known action.
    const STEP: Evidence<'static> = Evidence {
        shares_known: false,
        cash_known: false,
        distributions: [Some(179), Some(180)],
        specifications: [Some("ON"), Some("ON")],
        price_ratio: Some(1.0),
    };

    fn step(before: &'static str, now: &'static str, ratio: f64) -> Adjustment {
        adjustment(&Evidence { specifications: [Some(before), Some(now)], price_ratio: Some(ratio), ..STEP })
    }

    #[test]
    fn steps_of_real_papers_are_told_apart_by_their_letters_and_closes() {
        for (ticker, before, now, ratio, expected) in [
            ("BSLI3", "ON", "ON  EB", 38.00 / 156.00, Adjustment::NoFactor),
            ("EMAE4", "PN", "PN  ED", 62.40 / 75.85, Adjustment::NoEvent),
            ("ABCB4", "PN      N2", "PN  EJS N2", 16.24 / 16.14, Adjustment::NoEvent),
            ("BBDC4", "PN  EJ  N1", "PN  EJ  N1", 26.25 / 26.43, Adjustment::NoEvent),
            ("BPAC11", "UNT     N2", "UNT EJ  N2", 90.45 / 87.52, Adjustment::NoEvent),
            ("VLID3", "ON      NM", "ON  ES  NM", 9.80 / 10.04, Adjustment::NoEvent),
            ("DMAC11", "CI", "CI  ERA", 107.09 / 168.60, Adjustment::NoEvent),
            ("LOFT11B", "CI  ER  MB", "CI  ERA MB", 32.48 / 54.94, Adjustment::NoEvent),
            ("BOVA11", "CI", "CI  ATZ", 118.62 / 120.40, Adjustment::NoEvent),
        ] {
            assert_eq!(step(before, now, ratio), expected, "{ticker}");
        }
    }

    #[test]
    fn letters_of_shares_and_letters_that_are_not_known_need_a_factor() {
        for now in ["ON  EB  NM", "ON  EG  NM", "PN  EDB N1", "CI  ERB", "ON  EX", "ON EC NM", "ON *EDB", "ON  E EB"] {
            assert_eq!(step("ON      NM", now, 1.0), Adjustment::NoFactor, "{now}");
        }
        for now in ["PNE", "ON  ATZ NM", "DIR ORD NM", "DRN A", "", "ON *I02"] {
            assert_eq!(step("ON", now, 1.0), Adjustment::NoEvent, "{now}");
        }
    }

    #[test]
    fn only_letters_that_the_bar_before_lacks_count_or_all_if_it_lacks_none() {
        assert_eq!(step("ON  EB  NM", "ON  EDB NM", 0.98), Adjustment::NoEvent);
        assert_eq!(step("ON  EDJ NM", "ON  EDJ NM", 0.98), Adjustment::NoEvent);
        assert_eq!(step("ON  EB  NM", "ON  EB  NM", 0.98), Adjustment::NoFactor);
        assert_eq!(step("ON  EDB NM", "ON  EB  NM", 0.98), Adjustment::NoFactor);
    }

    #[test]
    fn a_price_that_cash_cannot_explain_needs_a_factor_unless_a_fund_pays_itself_back() {
        for (now, ratio, expected) in [
            ("ON  ED  NM", 0.60, Adjustment::NoEvent),
            ("ON  ED  NM", 0.59, Adjustment::NoFactor),
            ("ON", 0.50, Adjustment::NoFactor),
            ("ON  ED  NM", 1.66, Adjustment::NoEvent),
            ("ON  ED  NM", 5.0 / 3.0, Adjustment::NoEvent),
            ("ON  ED  NM", 1.67, Adjustment::NoFactor),
            ("CI  ERA", 0.05, Adjustment::NoEvent),
            ("CI  EA", 10.0, Adjustment::NoFactor),
        ] {
            assert_eq!(step("ON", now, ratio), expected, "{now} {ratio}");
        }
        let no_price = Evidence { price_ratio: None, ..STEP };
        assert_eq!(adjustment(&no_price), Adjustment::NoEvent);
    }

    #[test]
    fn known_shares_explain_every_step_and_known_cash_only_steps_of_cash() {
        let split = Evidence { specifications: [Some("ON"), Some("ON  EB")], price_ratio: Some(0.24), ..STEP };
        for (shares_known, cash_known, expected) in
            [(true, false, Adjustment::Applied), (true, true, Adjustment::Applied), (false, true, Adjustment::NoFactor)]
        {
            assert_eq!(adjustment(&Evidence { shares_known, cash_known, ..split }), expected);
        }
        assert_eq!(adjustment(&Evidence { cash_known: true, ..STEP }), Adjustment::Applied);
    }

    #[test]
    fn without_a_step_nothing_happened_and_without_a_number_nothing_is_proved() {
        let same = Evidence { distributions: [Some(180); 2], specifications: [Some("ON  EB"); 2], ..STEP };
        assert_eq!(adjustment(&Evidence { price_ratio: Some(0.1), ..same }), Adjustment::NoEvent);
        assert_eq!(adjustment(&Evidence { cash_known: true, ..same }), Adjustment::Applied);
        for distributions in [[None, None], [None, Some(180)], [Some(180), None]] {
            let unknown = Evidence { distributions, price_ratio: Some(0.1), ..same };
            assert_eq!(adjustment(&unknown), Adjustment::Unverifiable);
            assert_eq!(adjustment(&Evidence { shares_known: true, ..unknown }), Adjustment::Applied);
        }
    }
}
