//! A paper, identified by its ticker and its ISIN.

use b3_market::{Isin, Ticker};

/// A ticker with its ISIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paper {
    pub ticker: Ticker,
    /// `BRPETRACNPR6`: country, company, type of paper, species, check digit.
    pub isin: Isin,
}

impl Paper {
    /// The name of the paper's class in the history of cash: `ON`, `PN`, `PNA`, `UNT`. `None` for
    /// papers that are neither units nor shares of the type `ACN`, such as receipts and funds.
    pub(super) fn class(&self) -> Option<&'static str> {
        let isin = self.isin.as_str();
        match (isin.get(6..9)?, isin.get(9..11)?) {
            ("ACN", "OR") => Some("ON"),
            ("ACN", "PR") => Some("PN"),
            ("ACN", "PA") => Some("PNA"),
            ("ACN", "PB") => Some("PNB"),
            ("ACN", "PC") => Some("PNC"),
            ("ACN", "PD") => Some("PND"),
            ("ACN", "PE") => Some("PNE"),
            ("ACN", "PF") => Some("PNF"),
            ("CDA" | "UNT", _) => Some("UNT"),
            _ => None,
        }
    }

    /// Whether `issued`, the ISIN of what an event distributes, stands for this paper: the same
    /// ISIN, or one of the same company, species and first letter of the type: `ACN` and `A05`, as
    /// B3 lists a split of BBAS3 under both. Rights (`D02`), warrants (`N02`) and other species are
    /// other papers.
    pub(super) fn is_meant_by(&self, issued: &str) -> bool {
        let parts = |isin| Some((company_of(isin)?, isin.get(6..7)?, isin.get(9..11)?));
        let isin = self.isin.as_str();
        issued == isin || parts(isin).is_some_and(|parts_of_isin| parts(issued) == Some(parts_of_isin))
    }
}

/// The company's code in an ISIN of B3, `PETR`; `None` for any other text, such as the codes in
/// files before 1995.
pub(super) fn company_of(isin: &str) -> Option<&str> {
    let whole =
        isin.len() == Isin::MAX_LEN && isin.starts_with("BR") && isin.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if whole { isin.get(2..6) } else { None }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn paper(ticker: &str, isin: &str) -> Paper {
        Paper { ticker: ticker.parse().unwrap(), isin: isin.parse().unwrap() }
    }

    #[test]
    fn an_isin_tells_the_company_and_the_class() {
        let company_and_class = |ticker, isin| (company_of(isin), paper(ticker, isin).class());
        assert_eq!(company_and_class("PETR4", "BRPETRACNPR6"), (Some("PETR"), Some("PN")));
        assert_eq!(company_and_class("B3SA3", "BRB3SAACNOR6"), (Some("B3SA"), Some("ON")));
        assert_eq!(company_and_class("KLBN11", "BRKLBNCDAM18"), (Some("KLBN"), Some("UNT")));
        assert_eq!(company_and_class("BPAC11", "BRBPACUNT006"), (Some("BPAC"), Some("UNT")));
        assert_eq!(company_and_class("USIM5", "BRUSIMACNPA6"), (Some("USIM"), Some("PNA")));
        assert_eq!(company_and_class("BBAS9", "BRBBASA04OR8"), (Some("BBAS"), None));
        assert_eq!(company_and_class("OLDS3", "00123"), (None, None));
    }

    #[test]
    fn issues_of_one_class_are_one_paper_and_other_classes_companies_rights_and_warrants_are_not() {
        let axia = paper("AXIA3", "BRAXIAACNOR0");
        assert!(axia.is_meant_by("BRAXIAACNOR0"));
        assert!(paper("BBAS3", "BRBBASACNOR3").is_meant_by("BRBBASA05OR5"));
        assert!(!paper("CVCB3", "BRCVCBACNOR1").is_meant_by("BRCVCBD02OR4"));
        assert!(!paper("BEEF3", "BRBEEFACNOR6").is_meant_by("BRBEEFN02OR8"));
        assert!(!axia.is_meant_by("BRAXIAACNPC9"));
        assert!(!axia.is_meant_by("BRVALEACNOR0"));
        assert!(!axia.is_meant_by(""));
    }
}
