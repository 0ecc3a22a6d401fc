"""The words of prompts and of code, and what they mean."""
