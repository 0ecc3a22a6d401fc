"""A package by itself: an installed one of this name would stand before a folder without this."""
