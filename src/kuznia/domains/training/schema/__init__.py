"""The values of training: profile, plan, lessons, health flags and units."""
