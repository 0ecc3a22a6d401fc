"""What became of each wish of a prompt in the plan that was made for it."""
