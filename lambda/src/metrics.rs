//! One line of CloudWatch's embedded metric format an invocation.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// What one invocation did, in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Metrics {
    pub(crate) events: usize,
    pub(crate) dates: usize,
    pub(crate) runs: usize,
    pub(crate) ignored: usize,
    pub(crate) malformed: usize,
    /// Invocations whose run did not start because Glue was busy.
    pub(crate) busy: usize,
    /// Invocations whose run did not start because Glue refused it.
    pub(crate) refused: usize,
}

impl Metrics {
    /// The line for runs of this job.
    pub(crate) fn line(self, job_name: &str, now: SystemTime) -> Value {
        let counts = [
            ("Events", self.events),
            ("Dates", self.dates),
            ("Runs", self.runs),
            ("Ignored", self.ignored),
            ("Malformed", self.malformed),
            ("Busy", self.busy),
            ("Refused", self.refused),
        ];
        embedded(&counts, ("JobName", job_name), now)
    }
}

/// Counts as CloudWatch Logs wants them: the metrics' names under `_aws`, their values and the dimension's beside it.
pub(crate) fn embedded(counts: &[(&str, usize)], dimension: (&str, &str), now: SystemTime) -> Value {
    let names: Vec<_> = counts.iter().map(|(name, _)| json!({"Name": name, "Unit": "Count"})).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis()),
            "CloudWatchMetrics": [{"Namespace": "B3Lake", "Dimensions": [[dimension.0]], "Metrics": names}],
        },
    });
    line[dimension.0] = dimension.1.into();
    for (name, count) in counts {
        line[*name] = (*count).into();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_metric_named_in_the_head_has_its_value_beside_it() {
        let metrics = Metrics { events: 7, dates: 3, runs: 1, ..Metrics::default() };
        let line = metrics.line("refine", UNIX_EPOCH + Duration::from_millis(1_700_000_000_123));
        assert_eq!(line["_aws"]["Timestamp"], 1_700_000_000_123_u64);
        assert_eq!((&line["Events"], &line["Dates"], &line["Runs"]), (&7.into(), &3.into(), &1.into()));
        let head = &line["_aws"]["CloudWatchMetrics"][0];
        for metric in head["Metrics"].as_array().expect("a list") {
            assert!(line[metric["Name"].as_str().expect("a name")].is_u64(), "{metric} has no value");
        }
        for dimension in head["Dimensions"][0].as_array().expect("a list") {
            assert!(line[dimension.as_str().expect("a name")].is_string(), "{dimension} has no value");
        }
    }
}
