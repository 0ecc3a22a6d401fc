"""The ways in: HTTP, streams and the command line; each turns its protocol into an Order."""
