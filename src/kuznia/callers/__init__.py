"""Who asks: a credential in, a Caller out, and nothing of HTTP."""
