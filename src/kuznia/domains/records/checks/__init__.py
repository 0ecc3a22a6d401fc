"""What a record must pass: its caller's schema, and its caller's rules."""
