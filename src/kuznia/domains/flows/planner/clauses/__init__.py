"""Prompts read clause by clause into typed facts."""
