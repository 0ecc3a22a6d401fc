"""The table of languages Kuznia writes, and how a name finds its row."""
