"""Reports on the metrics of all files: the rating, the limits, SARIF."""
