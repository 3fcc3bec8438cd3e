//! Requests to B3's service: addresses that end in a JSON object in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The address of the server.
pub(in crate::actions) const B3_ADDRESS: &str = "https://sistemaswebb3-listados.b3.com.br";
/// The folder of the requests on the server.
const FOLDER: &str = "/listedCompaniesProxy/CompanyCall";
/// The rows of the largest page that the service returns; for a larger page it returns nothing.
const PAGE_SIZE: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceRequest {
    /// `GetListedSupplementCompany`
    pub name: &'static str,
    body: Value,
}

impl ServiceRequest {
    /// Requests the events of a company by its code, `PETR`.
    pub(super) fn supplement(company: &str) -> Self {
        Self { name: "GetListedSupplementCompany", body: json!({"issuingCompany": company, "language": "pt-br"}) }
    }

    /// Requests a page of the listed companies whose code or name begins with `text`; pages count
    /// from 1.
    pub(super) fn companies(text: &str, page: usize) -> Self {
        let body = json!({"language": "pt-br", "pageNumber": page, "pageSize": PAGE_SIZE, "company": text});
        Self { name: "GetInitialCompanies", body }
    }

    /// Requests a company with the codes and ISINs of its papers, by its number at CVM.
    pub(super) fn details(code_cvm: &str) -> Self {
        Self { name: "GetDetailsCompany", body: json!({"codeCVM": code_cvm, "language": "pt-br"}) }
    }

    /// Requests a page of a company's history of cash by its trading name; pages count from 1.
    pub(super) fn cash(trading_name: &str, page: usize) -> Self {
        let body = json!({"language": "pt-br", "pageNumber": page, "pageSize": PAGE_SIZE, "tradingName": trading_name});
        Self { name: "GetListedCashDividends", body }
    }

    /// The address relative to [`base_url`].
    pub(super) fn path(&self) -> String {
        // In an address these two signs of base64 have another meaning.
        let body = STANDARD.encode(self.body.to_string()).replace('+', "%2B").replace('/', "%2F");
        format!("/{}/{body}", self.name)
    }
}

/// `--base-url` with the service's folder added if it has no path.
pub(super) fn base_url(given: &str) -> String {
    let given = given.trim_end_matches('/');
    let path = given.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    if path.is_none() { format!("{given}{FOLDER}") } else { given.to_owned() }
}

/// The names under which a company may be requested, the likeliest first.
///
/// The service ignores spaces, points and dashes in names, and finds nothing for a name with a
/// slash: `KLABIN S/A` has no record and `KLABIN SA` has 219. B3's own page removes the first
/// space, dash, underscore and slash from a name.
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
    fn a_request_is_json_in_base64_at_the_end_of_its_address() {
        let path = ServiceRequest::supplement("BBDC").path();
        assert_eq!(path, "/GetListedSupplementCompany/eyJpc3N1aW5nQ29tcGFueSI6IkJCREMiLCJsYW5ndWFnZSI6InB0LWJyIn0=");
        // The base64 of this name contains `/` and `+`.
        let cash = ServiceRequest::cash("A?~?~>>>", 1).path();
        assert!(cash.ends_with("JBP34%2Ffj4%2BPiJ9"), "{cash}");
    }

    #[test]
    fn a_name_with_a_slash_is_first_requested_without_it() {
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
