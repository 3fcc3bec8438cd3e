"""What a run reads from the lake: raw quotes and corporate actions, held against the contract."""
