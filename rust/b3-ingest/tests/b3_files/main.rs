//! Tests on B3's own files and on recorded responses of B3 and Yahoo. If these are missing, each
//! test is reported as ignored; libtest can decide this only at compile time, so this harness
//! decides it at run time.

mod cotahist;
mod listed_companies;
mod recorded;

#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../actions/lake.rs"]
mod actions_lake;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../actions/company.rs"]
mod company;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../cotahist/lake.rs"]
mod lake;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../cotahist/layout.rs"]
mod layout;
#[path = "../http_server/mod.rs"]
mod server;
#[path = "../stored_events/mod.rs"]
mod stored_events;
#[path = "../stored_rows/mod.rs"]
mod stored_rows;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../yahoo/lake.rs"]
mod yahoo_lake;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

const COTAHIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/cotahist");
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/yahoo/chart_json");
const COMPANIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/b3");

/// Functions as tests of their own names, which read the files in a folder.
macro_rules! trials {
    ($folder:ident: $($module:ident::$test:ident),* $(,)?) => {{
        let are_here = Path::new($folder).is_dir();
        if !are_here {
            eprintln!("ignored: there is no folder {}", $folder);
        }
        let trials = [$(Trial::test(concat!(stringify!($module), "::", stringify!($test)), || {
            $module::$test(Path::new($folder));
            Ok(())
        })),*];
        trials.map(|trial| trial.with_ignored_flag(!are_here))
    }};
}

fn response_in(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap()
}

fn main() -> ExitCode {
    let cotahist = trials![
        COTAHIST:
        cotahist::every_golden_quote_is_in_raw_field_by_field,
        cotahist::a_day_file_gives_its_spot_tickers,
        cotahist::a_file_cut_short_is_refused_unless_that_is_accepted_and_then_removes_nothing,
        cotahist::a_year_file_is_cut_into_its_sessions,
    ];
    let recorded = trials![
        RECORDED:
        recorded::stamps_in_a_summer_time_that_brazil_did_not_keep_give_the_22_sessions_of_petr4,
        recorded::empty_arrays_are_reported_empty_and_bars_of_another_length_failed,
        recorded::shares_of_other_exchanges_are_refused_by_their_symbol,
    ];
    let companies = trials![
        COMPANIES:
        listed_companies::the_29_payments_and_the_subscription_of_ambev_are_written,
        listed_companies::the_three_share_events_of_magalu_are_written,
    ];
    let trials = cotahist.into_iter().chain(recorded).chain(companies);
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
