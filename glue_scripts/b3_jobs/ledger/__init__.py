"""Which raw objects the job has seen and which dates it still owes, table by table."""
