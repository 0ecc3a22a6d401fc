"""How a plan changes: feedback read into operations, applied as far as the rules allow."""
