//! One invocation's notifications, merged.

use std::collections::BTreeSet;

use b3_market::lake::TradeDates;

use crate::event::{Document, SqsMessage};
use crate::notice::{self, Notice};

/// Everything that one invocation asks for.
#[derive(Debug, Default)]
pub struct Batch {
    /// Notifications read, duplicates counted.
    pub events: usize,
    /// The dates whose raw objects changed.
    pub dates: TradeDates,
    /// What was passed over: the key and why.
    pub ignored: Vec<(String, String)>,
    /// What can never be understood: the message's identifier where it has one, and why.
    pub malformed: Vec<(Option<String>, String)>,
    /// The messages that carry dates: those to put back when no run starts.
    pub carriers: BTreeSet<String>,
    /// Whether single messages can be put back: they came from SQS, and each that matters has an identifier.
    pub returnable: bool,
}

impl Batch {
    /// Reads an invocation's payload, whatever its shape.
    #[must_use]
    pub fn read(payload: Document) -> Self {
        let mut batch = Self::default();
        match payload.into_sqs_messages() {
            Ok(messages) => {
                batch.returnable = true;
                for message in &messages {
                    batch.add_message(message);
                }
            }
            Err(document) => {
                let notices = notice::read(document);
                batch.add(notices, None);
            }
        }
        batch
    }

    fn add_message(&mut self, message: &SqsMessage) {
        let notices = notice::read_body(&message.body);
        self.add(notices, message.id.as_ref());
    }

    fn add(&mut self, notices: Vec<Notice>, message_id: Option<&String>) {
        self.events += notices.len();
        for notice in notices {
            let matters = !matches!(notice, Notice::Ignored { .. });
            self.returnable &= message_id.is_some() || !matters;
            match notice {
                Notice::Changed(date) => {
                    self.dates.insert(date);
                    self.carriers.extend(message_id.cloned());
                }
                Notice::Ignored { key, reason } => self.ignored.push((key, reason)),
                Notice::Malformed { reason } => self.malformed.push((message_id.cloned(), reason)),
            }
        }
    }

    /// The messages to put back: unreadable ones always, so that they end in the dead-letter queue, those with dates
    /// only when their run did not start.
    #[must_use]
    pub fn failures(&self, started: bool) -> BTreeSet<String> {
        let unreadable = self.malformed.iter().filter_map(|(id, _)| id.clone());
        let unstarted = self.carriers.iter().filter(|_| !started).cloned();
        unreadable.chain(unstarted).collect()
    }
}
