//! Archive of the service's responses as received, in `actions_raw/`.

use crate::IngestError;
use crate::sink::{Lake, content_hash};

/// Stores the responses about a company, such as
/// `actions_raw/b3/PETR/GetListedSupplementCompany-0f3a6c1b2d4e.json`. Each of `bodies` is the name
/// of a request and the text of its response.
///
/// The object's name contains the first digits of the content's SHA-256, so that a new response
/// does not replace a stored one.
///
/// # Errors
/// Those of the lake.
pub(super) async fn archive(lake: &Lake, company: &str, bodies: &[(String, String)]) -> Result<(), IngestError> {
    const HASH_DIGITS: usize = 12;
    for (request, body) in bodies {
        let hash = content_hash(body.as_bytes());
        let key = format!("actions_raw/b3/{company}/{request}-{}.json", &hash[..HASH_DIGITS]);
        let bytes = body.clone().into_bytes();
        lake.update(&key, move |_stored| Ok((bytes.clone(), ()))).await?;
    }
    Ok(())
}
