"""Code as an account reads it: its text, its branches and its numbers."""
