"""Run tests that a model wrote, where they can do no harm; off unless the operator asks for it."""
