"""Running what a model wrote, where it can do no harm. Off unless the operator asks for it."""
