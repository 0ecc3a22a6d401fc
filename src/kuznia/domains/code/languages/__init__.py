"""The languages Kuznia writes: their grammars, their parsers and what is read with them."""
