//! Classification and parsing of the responses of B3's service, except statuses that `web` retries.

use serde_json::Value;

use crate::web::{AttemptError, Classified, HttpResponse, NoContent, json_in};

/// A JSON value with the text that it was parsed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    pub json: Value,
    pub text: String,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub rows: Vec<Value>,
    /// The number of records of the whole list.
    pub records: usize,
    /// The number of pages of the whole list.
    pub pages: usize,
    pub text: String,
}

/// Classifies a response to `GetListedSupplementCompany`: a list with one company, with its trading
/// name, its number at CVM and its events. `None` is an empty body, list or text, or null, which
/// the service returns both for companies that it does not list and when it fails.
pub(super) fn supplement(answer: HttpResponse<'_>) -> Classified<Option<Body>> {
    if answer.status == 200 && answer.body.trim().is_empty() {
        return Ok(None);
    }
    let body = json(answer)?;
    let empty = body.json.is_null() || body.json.as_array().is_some_and(Vec::is_empty) || body.json == "";
    let Some(company) = body.json.get(0).filter(|company| company.is_object()) else {
        return if empty { Ok(None) } else { Err(broken("no list with a company")) };
    };
    for list in ["stockDividends", "subscriptions", "cashDividends"] {
        if company.get(list).is_none_or(|rows| !rows.is_array() && !rows.is_null()) {
            return Err(broken(&format!("a company without the list {list}")));
        }
    }
    Ok(Some(body))
}

/// Classifies a response to `GetListedSupplementCompany` about a company that the service lists.
pub(super) fn listed_supplement(answer: HttpResponse<'_>, code: &str) -> Classified<Body> {
    supplement(answer)?.ok_or_else(|| broken(&format!("nothing about {code}, which it lists")))
}

/// Classifies a response that is a page of a list: `results`, and the size of the list in `page`.
///
/// If the requested page is too large, the response has neither rows nor a size; it does not mean
/// an empty list.
pub(super) fn page(answer: HttpResponse<'_>) -> Classified<Page> {
    let Body { json, text } = json(answer)?;
    let rows = json.get("results").and_then(Value::as_array).ok_or_else(|| broken("a page without results"))?;
    let number = |field: &str| json.pointer(&format!("/page/{field}"))?.as_u64()?.try_into().ok();
    match (number("totalRecords"), number("totalPages")) {
        (Some(records), Some(pages)) => Ok(Page { rows: rows.clone(), records, pages, text }),
        _ => Err(broken("a page that does not say how many records there are")),
    }
}

/// Classifies a response to `GetDetailsCompany`: a company with the codes of its papers.
pub(super) fn details(answer: HttpResponse<'_>) -> Classified<Body> {
    let body = json(answer)?;
    if body.json.get("otherCodes").is_none() { Err(broken("a company without otherCodes")) } else { Ok(body) }
}

/// The JSON of a response. Some responses are JSON encoded as a string inside JSON.
fn json(answer: HttpResponse<'_>) -> Classified<Body> {
    if answer.status != 200 {
        return Err(NoContent::Failed(format!("b3 answered {}", answer.status)).into());
    }
    let json = json_in(answer.body).and_then(|json| match json {
        Value::String(text) if !text.is_empty() => json_in(&text),
        other => Ok(other),
    });
    let json = json.map_err(|reason| broken(&reason))?;
    Ok(Body { json, text: answer.body.to_owned() })
}

fn broken(what: &str) -> AttemptError<NoContent> {
    AttemptError::transient(format!("b3 answered 200 with {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> HttpResponse<'_> {
        HttpResponse { status: 200, retry_after: None, body }
    }

    #[test]
    fn an_empty_answer_about_a_company_is_no_company_or_a_failure() {
        for body in ["", " \r\n", "[]", "null", "\"\""] {
            assert_eq!(supplement(answer(body)), Ok(None), "{body}");
        }
    }

    #[test]
    fn a_company_is_read_from_a_list_and_from_text_inside_json() {
        let list = r#"[{"stockDividends":[],"subscriptions":null,"cashDividends":[],"tradingName":"AMBEV S/A  "}]"#;
        let inside = serde_json::to_string(list).unwrap();
        for body in [list, &inside] {
            let Ok(Some(known)) = supplement(answer(body)) else { panic!("{body}") };
            assert_eq!(known.json[0]["tradingName"], "AMBEV S/A  ");
            assert_eq!(known.text, body);
        }
    }

    #[test]
    fn what_is_broken_is_named() {
        let incomplete = supplement(answer(r#"[{"stockDividends":[]}]"#));
        assert_eq!(incomplete, Err(broken("a company without the list subscriptions")));
        assert_eq!(supplement(answer(r#"{"code":1}"#)), Err(broken("no list with a company")));
        assert_eq!(page(answer("{}")), Err(broken("a page without results")));
    }
}
