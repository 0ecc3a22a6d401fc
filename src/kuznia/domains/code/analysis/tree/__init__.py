"""What an analysis reads off a syntax tree, whatever the language."""
