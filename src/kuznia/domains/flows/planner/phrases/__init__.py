"""Noun phrases and questions, in both languages."""
