"""What is accepted because a source of settings names it, and not read yet."""

# How the description of such a setting begins; a start says so when one is set.
LATER = "Not read yet:"
