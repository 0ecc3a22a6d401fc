"""The sockets: connections are accepted, counted and given an end, and the server is stopped."""
