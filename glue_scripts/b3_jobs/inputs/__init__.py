"""What a run reads from the lake: raw quotes and corporate actions, with their columns checked."""
