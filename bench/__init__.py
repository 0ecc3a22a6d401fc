"""What Kuznia measures itself by: ratios, taken side by side in one run."""
