"""A clause of a prompt as statements: its words, its numbers, and what each says."""
