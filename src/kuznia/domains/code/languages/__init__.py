"""The table of supported languages, and how a name finds its row."""
