"""Files that a model wrapped in something else than a fence."""
