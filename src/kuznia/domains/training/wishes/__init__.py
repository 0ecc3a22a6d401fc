"""What a person wants, read from their words: the same reader for an order and for feedback."""
