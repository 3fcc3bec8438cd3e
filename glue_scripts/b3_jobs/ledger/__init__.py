"""Which objects the job has seen and which dates are pending, table by table."""
