"""The mutation score: mutants of Rust crates and Python modules, and which the tests notice."""
