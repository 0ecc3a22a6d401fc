"""The reading of a syntax tree, the same for every language."""
