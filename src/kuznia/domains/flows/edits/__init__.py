"""A flow changed by operations or by a sentence."""
