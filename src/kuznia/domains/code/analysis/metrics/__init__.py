"""The metrics themselves: of one function, of one file, and of what stands twice."""
