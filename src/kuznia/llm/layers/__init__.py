"""Layers round a model, one for each thing that can go wrong."""
