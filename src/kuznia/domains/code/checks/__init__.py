"""The checks of a draft of code, tests or documentation."""
