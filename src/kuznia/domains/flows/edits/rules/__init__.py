"""Rules, each of which understands one kind of instruction whole."""
