"""The HTTP client: one pool for each upstream."""
