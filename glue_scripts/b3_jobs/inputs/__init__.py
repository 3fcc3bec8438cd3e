"""What a run reads from the lake: raw quotes and corporate actions, checked against the contract."""
