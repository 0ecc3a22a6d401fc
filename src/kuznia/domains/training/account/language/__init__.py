"""What a prompt says: its words, tags and segments."""
