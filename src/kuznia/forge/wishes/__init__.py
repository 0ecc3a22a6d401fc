"""Wishes: what a prompt asks for, clause by clause, and what became of it."""
