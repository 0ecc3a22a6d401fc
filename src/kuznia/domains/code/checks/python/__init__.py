"""What is wrong with a Python source by its syntax tree and its tables of symbols alone."""
