"""What a caller sends and receives: profile, plan, lessons and the shapes of the routes."""
