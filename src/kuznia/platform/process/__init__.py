"""Processes and threads for long work, shared fairly."""
