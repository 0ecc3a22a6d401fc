"""The adapter for EPAM CodeMie."""
