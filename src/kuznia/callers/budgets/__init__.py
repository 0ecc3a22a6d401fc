"""What callers may spend and what they have spent."""
