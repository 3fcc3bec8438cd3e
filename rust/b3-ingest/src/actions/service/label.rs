//! The labels that B3 uses for corporate actions, and their meaning.
//!
//! They were found in public code and data of 2020 to 2026.

use b3_market::lake::ActionKind;

/// The meaning of a row of `stockDividends`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShareLabel {
    /// `factor` is the number of additional shares for each hundred.
    Percentage(ActionKind),
    /// `factor` is the number of shares after the event for each share before it.
    Ratio(ActionKind),
    /// `factor` is not a ratio of shares: the event is stored but not used in computations.
    Unsized(ActionKind),
}

/// The meaning of a label of `stockDividends`; `None` if it is unknown.
///
/// B3 defines the first three in its formulas for adjusting options (Caderno de Formulas, Opcoes,
/// 2021): the ratio of shares is 1 + `factor` / 100 for DESDOBRAMENTO and BONIFICACAO, and `factor`
/// for GRUPAMENTO. With other labels `factor` is not a ratio of shares: it is 100 for ITUB4's CIS
/// RED CAP of 2021-10-04, on which the price was divided by 1.219.
pub(super) fn share_label(label: &str) -> Option<ShareLabel> {
    Some(match plain(label).as_str() {
        "DESDOBRAMENTO" => ShareLabel::Percentage(ActionKind::Split),
        "BONIFICACAO" => ShareLabel::Percentage(ActionKind::Bonus),
        "GRUPAMENTO" => ShareLabel::Ratio(ActionKind::Split),
        "CIS RED CAP" | "CIS RED CAP QTD" | "REST CAP ACOES" | "REST CAP C/ RED" => {
            ShareLabel::Unsized(ActionKind::SpinOff)
        }
        "INCORPORACAO" => ShareLabel::Unsized(ActionKind::Merger),
        "RESG TOTAL RV" => ShareLabel::Unsized(ActionKind::Redemption),
        _ => return None,
    })
}

/// The kind of a cash label; `None` if it is unknown.
pub(super) fn cash_label(label: &str) -> Option<ActionKind> {
    Some(match plain(label).as_str() {
        "DIVIDENDO" | "RENDIMENTO" => ActionKind::Dividend,
        "JRS CAP PROPRIO" | "JUROS CAP PROPRIO" | "JUROS SOBRE CAPITAL PROPRIO" => ActionKind::Interest,
        "REST CAP DIN" | "RESTITUICAO CAPITAL" | "AMORTIZACAO" | "AMORTIZACAO RF" => ActionKind::CapitalReturn,
        _ => return None,
    })
}

/// The kind of a label of `subscriptions`; `None` if it is unknown.
pub(super) fn subscription_label(label: &str) -> Option<ActionKind> {
    let known = matches!(plain(label).as_str(), "SUBSCRICAO" | "SUBS C/ RENUNC" | "PRIORIDADE SUBS");
    known.then_some(ActionKind::Subscription)
}

/// The label in capitals, without accents, with one blank between words.
fn plain(label: &str) -> String {
    let without_accent = |letter: char| match letter {
        'Á' | 'À' | 'Â' | 'Ã' => 'A',
        'É' | 'Ê' => 'E',
        'Í' => 'I',
        'Ó' | 'Ô' | 'Õ' => 'O',
        'Ú' | 'Ü' => 'U',
        'Ç' => 'C',
        other => other,
    };
    let words: Vec<String> =
        label.to_uppercase().split_whitespace().map(|word| word.chars().map(without_accent).collect()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_known_with_and_without_its_accents() {
        assert_eq!(share_label("Bonificação"), Some(ShareLabel::Percentage(ActionKind::Bonus)));
        assert_eq!(share_label(" GRUPAMENTO  "), Some(ShareLabel::Ratio(ActionKind::Split)));
        assert_eq!(cash_label("JRS  CAP PRÓPRIO"), Some(ActionKind::Interest));
        assert_eq!(subscription_label("SUBSCRIÇÃO"), Some(ActionKind::Subscription));
    }

    #[test]
    fn what_has_no_ratio_of_shares_is_unsized_and_what_is_unknown_is_not_guessed() {
        for label in ["CIS RED CAP", "REST CAP ACOES", "INCORPORACAO", "RESG TOTAL RV"] {
            assert!(matches!(share_label(label), Some(ShareLabel::Unsized(_))), "{label}");
        }
        assert_eq!(share_label("DIVIDENDO"), None);
        assert_eq!(cash_label("DESDOBRAMENTO"), None);
        assert_eq!(subscription_label("DIREITO"), None);
    }
}
