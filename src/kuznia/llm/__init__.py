"""How a model is asked: one protocol, its adapters, and the layers round them."""
