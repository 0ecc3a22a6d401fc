"""Runs: their supervisor, their events, and the processes that share them."""
