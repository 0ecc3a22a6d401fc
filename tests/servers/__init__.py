"""Servers for tests: Kuznia in this event loop, in a thread or as a process; databases; models."""
