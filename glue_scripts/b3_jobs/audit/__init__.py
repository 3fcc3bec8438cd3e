"""Compares catalog, files and contract, and repairs what differs."""
