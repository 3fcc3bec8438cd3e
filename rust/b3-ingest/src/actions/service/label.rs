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

/// The labels of `stockDividends`.
///
/// B3 defines the first three in its formulas for adjusting options (Caderno de Formulas, Opcoes,
/// 2021): the ratio of shares is 1 + `factor` / 100 for DESDOBRAMENTO and BONIFICACAO, and `factor`
/// for GRUPAMENTO. With other labels `factor` is not a ratio of shares: it is 100 for ITUB4's CIS
/// RED CAP of 2021-10-04, on which the price was divided by 1.219.
pub(super) const SHARE_LABELS: [(&str, ShareLabel); 9] = [
    ("DESDOBRAMENTO", ShareLabel::Percentage(ActionKind::Split)),
    ("GRUPAMENTO", ShareLabel::Ratio(ActionKind::Split)),
    ("BONIFICACAO", ShareLabel::Percentage(ActionKind::Bonus)),
    ("CIS RED CAP", ShareLabel::Unsized(ActionKind::SpinOff)),
    ("CIS RED CAP QTD", ShareLabel::Unsized(ActionKind::SpinOff)),
    ("REST CAP ACOES", ShareLabel::Unsized(ActionKind::SpinOff)),
    ("REST CAP C/ RED", ShareLabel::Unsized(ActionKind::SpinOff)),
    ("INCORPORACAO", ShareLabel::Unsized(ActionKind::Merger)),
    ("RESG TOTAL RV", ShareLabel::Unsized(ActionKind::Redemption)),
];

/// The labels of cash.
pub(super) const CASH_LABELS: [(&str, ActionKind); 9] = [
    ("DIVIDENDO", ActionKind::Dividend),
    ("RENDIMENTO", ActionKind::Dividend),
    ("JRS CAP PROPRIO", ActionKind::Interest),
    ("JUROS CAP PROPRIO", ActionKind::Interest),
    ("JUROS SOBRE CAPITAL PROPRIO", ActionKind::Interest),
    ("REST CAP DIN", ActionKind::CapitalReturn),
    ("RESTITUICAO CAPITAL", ActionKind::CapitalReturn),
    ("AMORTIZACAO", ActionKind::CapitalReturn),
    ("AMORTIZACAO RF", ActionKind::CapitalReturn),
];

/// The labels of `subscriptions`.
pub(super) const SUBSCRIPTION_LABELS: [(&str, ActionKind); 3] = [
    ("SUBSCRICAO", ActionKind::Subscription),
    ("SUBS C/ RENUNC", ActionKind::Subscription),
    ("PRIORIDADE SUBS", ActionKind::Subscription),
];

/// The meaning of `label`, with or without accents, among `labels`.
pub(super) fn meaning<T: Copy>(label: &str, labels: &[(&str, T)]) -> Result<T, String> {
    let plain = plain(label);
    let found = labels.iter().find(|(known, _)| *known == plain);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known = labels.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        let (rest, last) = known.rsplit_once(", ").unwrap_or_default();
        format!("is '{label}', which is not known: expected {rest} or {last}")
    })
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
        assert_eq!(meaning("Bonificação", &SHARE_LABELS), Ok(ShareLabel::Percentage(ActionKind::Bonus)));
        assert_eq!(meaning(" GRUPAMENTO  ", &SHARE_LABELS), Ok(ShareLabel::Ratio(ActionKind::Split)));
        assert_eq!(meaning("JRS  CAP PRÓPRIO", &CASH_LABELS), Ok(ActionKind::Interest));
        assert_eq!(meaning("SUBSCRIÇÃO", &SUBSCRIPTION_LABELS), Ok(ActionKind::Subscription));
    }

    #[test]
    fn a_label_of_another_list_is_not_known() {
        assert!(meaning("DIVIDENDO", &SHARE_LABELS).is_err());
        assert!(meaning("DESDOBRAMENTO", &CASH_LABELS).is_err());
        assert_eq!(
            meaning("Direito", &SUBSCRIPTION_LABELS).unwrap_err(),
            "is 'Direito', which is not known: expected SUBSCRICAO, SUBS C/ RENUNC or PRIORIDADE SUBS"
        );
    }
}
