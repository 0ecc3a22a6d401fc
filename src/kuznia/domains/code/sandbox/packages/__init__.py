"""Packages of Python that tests may import in the sandbox."""
