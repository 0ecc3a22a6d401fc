"""What a flow is made of: blocks, guards, formats and registers."""
