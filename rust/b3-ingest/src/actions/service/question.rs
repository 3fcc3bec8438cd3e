//! Questions to B3's service: an address that ends in a JSON object, written in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The server.
pub(in crate::actions) const B3: &str = "https://sistemaswebb3-listados.b3.com.br";
/// Where on the server the questions are.
const FOLDER: &str = "/listedCompaniesProxy/CompanyCall";
/// The largest page that the service answers; it says nothing of larger ones.
const PAGE_SIZE: usize = 120;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// `GetListedSupplementCompany`
    pub name: &'static str,
    body: Value,
}

impl Question {
    /// The events of a company by its code, `PETR`.
    pub(super) fn supplement(company: &str) -> Self {
        Self { name: "GetListedSupplementCompany", body: json!({"issuingCompany": company, "language": "pt-br"}) }
    }

    /// The listed companies whose code or name begins with `text`.
    pub(super) fn companies(text: &str) -> Self {
        let body = json!({"language": "pt-br", "pageNumber": 1, "pageSize": PAGE_SIZE, "company": text});
        Self { name: "GetInitialCompanies", body }
    }

    /// A company with the codes and ISINs of its papers, by its number at CVM.
    pub(super) fn details(code_cvm: &str) -> Self {
        Self { name: "GetDetailsCompany", body: json!({"codeCVM": code_cvm, "language": "pt-br"}) }
    }

    /// A page, from 1, of the history of cash of the company with that trading name.
    pub(super) fn cash(trading_name: &str, page: usize) -> Self {
        let body = json!({"language": "pt-br", "pageNumber": page, "pageSize": PAGE_SIZE, "tradingName": trading_name});
        Self { name: "GetListedCashDividends", body }
    }

    /// The address below the server's.
    pub(super) fn path(&self) -> String {
        // Of base64's letters these two mean something else in an address.
        let body = STANDARD.encode(self.body.to_string()).replace('+', "%2B").replace('/', "%2F");
        format!("/{}/{body}", self.name)
    }
}

/// `--base-url` as the address that questions follow: a server alone is given the folder of the service.
pub(super) fn base_url(given: &str) -> String {
    let given = given.trim_end_matches('/');
    let path = given.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    if path.is_none() { format!("{given}{FOLDER}") } else { given.to_owned() }
}

/// What a company may be called in a question, the likeliest first.
///
/// The service finds names without regard to spaces, points and dashes, and nothing where there is a slash: `KLABIN S/A` has no
/// record and `KLABIN SA` has 219. B3's own page takes the first space, dash, underscore and slash out of a name.
pub(super) fn names_of(trading_name: &str) -> Vec<String> {
    let published = trading_name.trim().to_uppercase();
    let without_slash = published.replace('/', "");
    let as_b3s_page = [" ", "-", "_", "/"].iter().fold(published.clone(), |name, sign| name.replacen(sign, "", 1));
    let mut names = Vec::new();
    for name in [without_slash, as_b3s_page, published] {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_json_in_base64_at_the_end_of_its_address() {
        let path = Question::supplement("BBDC").path();
        assert_eq!(path, "/GetListedSupplementCompany/eyJpc3N1aW5nQ29tcGFueSI6IkJCREMiLCJsYW5ndWFnZSI6InB0LWJyIn0=");
        assert!(!Question::cash("A?~?~>>>", 1).path()["/GetListedCashDividends/".len()..].contains(['/', '+']));
    }

    #[test]
    fn a_name_with_a_slash_is_asked_for_without_it() {
        assert_eq!(names_of("KLABIN S/A"), ["KLABIN SA", "KLABINSA", "KLABIN S/A"]);
        assert_eq!(names_of("PETROBRAS   "), ["PETROBRAS"]);
        assert_eq!(names_of("FRAS-LE"), ["FRAS-LE", "FRASLE"]);
        assert_eq!(names_of("  "), Vec::<String>::new());
    }

    #[test]
    fn a_server_alone_is_given_the_folder_of_the_service() {
        assert_eq!(base_url("http://127.0.0.1:8000/"), "http://127.0.0.1:8000/listedCompaniesProxy/CompanyCall");
        assert_eq!(base_url("https://mirror.example/b3/CompanyCall"), "https://mirror.example/b3/CompanyCall");
    }
}
