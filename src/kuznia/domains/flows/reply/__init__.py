"""How a model's reply is read: as a flow, or as a page."""
