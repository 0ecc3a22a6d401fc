"""What is made of the metrics of all files: a rating, limits, SARIF."""
