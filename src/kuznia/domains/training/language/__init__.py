"""The words of people about training: numbers, days, exercises, and what is said of them."""
