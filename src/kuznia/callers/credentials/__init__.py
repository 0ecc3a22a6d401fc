"""Each kind of credential: API keys, tokens, passwords and signed links."""
