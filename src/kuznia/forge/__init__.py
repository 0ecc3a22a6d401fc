"""The pipeline: an order goes in, a checked artefact comes out."""
