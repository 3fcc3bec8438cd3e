"""The lines that a run writes while it works: stages and progress."""
