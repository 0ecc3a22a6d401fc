"""Screens: semantic pages of a flow that work without a line of JavaScript."""
