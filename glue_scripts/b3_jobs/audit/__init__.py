"""Compares catalog, files and contract, and mends what differs."""
