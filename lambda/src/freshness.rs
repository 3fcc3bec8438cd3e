//! Has the last session been published? Asked once on the evening of each weekday.

use std::future::Future;
use std::time::SystemTime;

use aws_sdk_glue::Client;
use aws_sdk_glue::error::DisplayErrorContext;
use aws_sdk_glue::operation::get_partitions::GetPartitionsError;
use b3_market::calendar::{OutOfCalendar, last_closed_session};
use chrono::{DateTime, NaiveDate, Utc};
use lambda_runtime::Diagnostic;
use tracing::{info, warn};

use crate::metrics::embedded;

/// The one thing the check wants from the Data Catalog.
pub trait HasSession {
    /// Whether the table has a partition of this date.
    ///
    /// # Errors
    /// The catalog did not say.
    fn has_session(&self, session: NaiveDate) -> impl Future<Output = Result<bool, NotChecked>> + Send;
}

/// Nobody knows whether the session was published.
#[derive(Debug, thiserror::Error)]
pub enum NotChecked {
    /// The catalog did not answer.
    #[error("partitions of {table}: {reason}")]
    Catalog {
        /// The table asked for.
        table: String,
        /// Why.
        reason: String,
    },
    /// The clock is outside the calendar.
    #[error(transparent)]
    Clock(#[from] OutOfCalendar),
}

impl From<NotChecked> for Diagnostic {
    fn from(failure: NotChecked) -> Self {
        Self { error_type: "NotChecked".to_owned(), error_message: failure.to_string() }
    }
}

/// A published table, partitioned by `data_pregao` first.
#[derive(Clone, Debug)]
pub struct PublishedTable {
    client: Client,
    database: String,
    table: String,
}

impl PublishedTable {
    /// The table `database.table` of the account's Data Catalog.
    #[must_use]
    pub fn new(client: Client, database: String, table: String) -> Self {
        Self { client, database, table }
    }
}

impl HasSession for PublishedTable {
    async fn has_session(&self, session: NaiveDate) -> Result<bool, NotChecked> {
        let request = self.client.get_partitions().database_name(&self.database).table_name(&self.table);
        let request =
            request.expression(format!("data_pregao = '{session}'")).exclude_column_schema(true).max_results(1);
        match request.send().await {
            Ok(answer) => Ok(!answer.partitions().is_empty()),
            // Nothing has ever been published.
            Err(error) if error.as_service_error().is_some_and(GetPartitionsError::is_entity_not_found_exception) => {
                Ok(false)
            }
            Err(error) => Err(NotChecked::Catalog {
                table: format!("{}.{}", self.database, self.table),
                reason: DisplayErrorContext(error).to_string(),
            }),
        }
    }
}

/// Looks for the last session that has closed and writes the metric `SessionMissing`: 1 if it is not published, else 0.
///
/// On a day without a session the last one is looked for again, which changes nothing: holidays raise no alarm.
///
/// # Errors
/// The catalog did not answer, or `now` is outside the calendar.
pub async fn check<T: HasSession>(table: &T, name: &str, now: DateTime<Utc>) -> Result<bool, NotChecked> {
    let session = last_closed_session(now)?;
    let published = table.has_session(session).await?;
    if published {
        info!(%session, table = name, "session published");
    } else {
        warn!(%session, table = name, "session missing");
    }
    let counts = [("SessionMissing", usize::from(!published))];
    println!("{}", embedded(&counts, ("Table", name), SystemTime::from(now)));
    Ok(published)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Holds(NaiveDate);

    impl HasSession for Holds {
        async fn has_session(&self, session: NaiveDate) -> Result<bool, NotChecked> {
            Ok(session == self.0)
        }
    }

    async fn checked(published: &str, now: &str) -> bool {
        let table = Holds(published.parse().expect("a date"));
        check(&table, "b3.cotacoes_diarias", now.parse().expect("a time")).await.expect("an answer")
    }

    #[tokio::test]
    async fn the_evening_of_a_session_wants_that_session() {
        assert!(checked("2024-11-08", "2024-11-09T02:00:00Z").await);
        assert!(!checked("2024-11-07", "2024-11-09T02:00:00Z").await);
    }

    #[tokio::test]
    async fn the_evening_of_a_holiday_wants_the_session_before() {
        // 20 November 2024, Consciência Negra: a Wednesday.
        assert!(checked("2024-11-19", "2024-11-21T02:00:00Z").await);
    }
}
