"""What a clause says that can be checked hard: names, numbers, outcomes, bans."""
