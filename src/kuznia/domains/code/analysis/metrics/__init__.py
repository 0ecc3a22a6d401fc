"""The metrics of one function and of one file, and the search for duplicated blocks."""
