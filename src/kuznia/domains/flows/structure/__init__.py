"""A flow as a structure: its blocks and graph, its guards, and how it is executed."""
