//! Puts every mutant of a crate into its sources at once, each behind a switch.
//!
//! `rust-mutants SRC WORDS [ID ...]` rewrites the Rust files of the folder SRC in place and prints
//! a JSON array with the mutants of those whose path holds one of the WORDS: id, file, line and
//! change. The crate then is itself while the variable MUTANT is not set, and mutant N where it is
//! N. So it is compiled once for all mutants, and not once for each. The IDs name mutants that do
//! not compile, which are left out; the others keep their numbers.

mod instrument;
mod operators;

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use instrument::{Instrument, is_test};
use syn::visit_mut::VisitMut;

/// The function that every switch calls.
const SWITCH: &str = "
#[doc(hidden)]
#[inline]
#[must_use]
pub fn __mutant(id: usize) -> bool {
    static CHOSEN: std::sync::LazyLock<usize> = std::sync::LazyLock::new(|| {
        std::env::var(\"MUTANT\").ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX)
    });
    *CHOSEN == id
}
";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("expected the folder of the sources")?);
    let words = arguments.next().ok_or("expected words of the paths of the chosen files")?;
    let left_out = arguments.map(|id| id.parse()).collect::<Result<HashSet<usize>, _>>()?;
    let mut files = Vec::new();
    for path in rust_files(&folder)? {
        let file = syn::parse_file(&fs::read_to_string(&path)?)?;
        files.push((path.strip_prefix(&folder)?.to_owned(), file));
    }
    let test_modules: HashSet<String> = files.iter().flat_map(|(_, file)| test_modules_of(file)).collect();
    let mut mutants = Instrument::new(left_out);
    for (path, mut file) in files {
        // Tests are not changed, nor is `main.rs`, which only calls the library.
        let mut names = path.iter().map(|name| name.to_string_lossy().trim_end_matches(".rs").to_owned());
        if names.any(|name| name == "main" || test_modules.contains(&name)) {
            continue;
        }
        mutants.start_file(path.display().to_string(), is_chosen(&folder.join(&path), &words));
        mutants.visit_file_mut(&mut file);
        let switch = if path == Path::new("lib.rs") { SWITCH } else { "" };
        fs::write(folder.join(path), prettyplease::unparse(&file) + switch)?;
    }
    println!("{}", serde_json::Value::Array(mutants.found));
    Ok(())
}

/// Whether the path holds one of the words; without words each does.
fn is_chosen(path: &Path, words: &str) -> bool {
    words.is_empty() || words.split_whitespace().any(|word| path.to_string_lossy().contains(word))
}

/// The names of the modules in files of their own that are compiled for tests only.
fn test_modules_of(file: &syn::File) -> Vec<String> {
    let modules = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if module.content.is_none() && is_test(&module.attrs) => Some(module.ident.to_string()),
        _ => None,
    });
    modules.collect()
}

/// The Rust files of a folder and of those in it, in order.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut found = Vec::new();
    let mut entries =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}
