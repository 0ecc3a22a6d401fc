"""What can go wrong with a model, a layer for each worry."""
