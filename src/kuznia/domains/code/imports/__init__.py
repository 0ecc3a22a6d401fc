"""The imports of a source, and whether they can be resolved."""
