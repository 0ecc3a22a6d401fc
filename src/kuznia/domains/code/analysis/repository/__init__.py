"""The analysis of whole folders on this machine: which files, in which processes, what is new."""
