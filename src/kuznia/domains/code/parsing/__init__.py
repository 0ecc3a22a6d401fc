"""Source in, syntax tree and proof out: grammars, reference parsers, and what they show."""
