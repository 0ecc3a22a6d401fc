"""The person a plan is for: units, flags, screening, and what free text says about them."""
