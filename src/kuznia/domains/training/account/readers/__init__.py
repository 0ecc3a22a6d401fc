"""Readers of a clause: each holds one kind of statement against the days of the plan."""
