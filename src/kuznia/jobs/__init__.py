"""Durable work: an order that outlives the connection, the process and a restart."""
