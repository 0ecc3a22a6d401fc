"""The door for agents: the Model Context Protocol, over HTTP and over a program's own pipes."""
