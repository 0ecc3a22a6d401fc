"""Parsing: syntax trees, proof by grammars and reference parsers, and symbols."""
