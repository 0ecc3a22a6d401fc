"""The playbook: what was learnt about a person, and how it comes into their next order."""
