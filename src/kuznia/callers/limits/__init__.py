"""How often a caller may come, and how often passwords may be tried."""
