"""The shelf: the store and the cache of artefacts."""
