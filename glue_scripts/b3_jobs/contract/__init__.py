"""What the job and its users agree on: columns, dates, arguments and published tables."""
