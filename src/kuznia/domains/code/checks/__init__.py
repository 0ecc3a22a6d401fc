"""What a draft of code, tests or documentation is held to."""
