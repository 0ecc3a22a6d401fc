"""What a source imports, and whether it is there."""
