"""The endurance side of a plan: events, volume over the weeks, and the sessions."""
