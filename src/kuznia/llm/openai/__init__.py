"""The adapter for every server that speaks the chat-completions protocol."""
