"""Schemas of callers, which may be hostile."""
