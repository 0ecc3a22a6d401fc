"""What reads and writes HTTP, once for every route: bodies, ids, answers, who asks."""
