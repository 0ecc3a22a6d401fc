"""Webhooks by the Standard Webhooks specification: an outbox, and the loop that empties it."""
