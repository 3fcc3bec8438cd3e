"""The mutation score: mutants of Rust crates and Python modules, and what the tests make of each."""
