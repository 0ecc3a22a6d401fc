"""The words of a sentence: its tokens, phrases, and the names of the flow in them."""
