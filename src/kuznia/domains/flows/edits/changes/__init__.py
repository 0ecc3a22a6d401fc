"""Typed operations applied to a flow."""
