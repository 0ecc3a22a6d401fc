"""Kuznia turns a prompt into an artefact that has been checked."""

__version__ = "0.1.0"
