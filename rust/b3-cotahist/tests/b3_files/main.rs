//! Tests on B3's own files. If the files are missing, each test is reported as ignored; libtest can
//! decide this only at compile time, so this harness decides it at run time.

mod golden;
mod reading;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/cotahist");

/// Functions as tests of their own names.
macro_rules! trials {
    ($($module:ident::$test:ident),* $(,)?) => {
        vec![$(Trial::test(concat!(stringify!($module), "::", stringify!($test)), || {
            $module::$test(Path::new(FOLDER));
            Ok(())
        })),*]
    };
}

fn main() -> ExitCode {
    let are_here = Path::new(FOLDER).is_dir();
    if !are_here {
        eprintln!("ignored: B3's files are not in {FOLDER}");
    }
    let trials = trials![
        golden::records_equal_the_golden_reading,
        reading::whole_files_are_read_to_their_trailer,
        reading::a_file_that_lacks_records_is_refused_unless_that_is_allowed,
        reading::a_quote_factor_of_a_thousand_divides_the_price,
    ];
    let trials = trials.into_iter().map(|trial| trial.with_ignored_flag(!are_here)).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
