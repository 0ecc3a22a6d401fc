"""What a flow is held to: its proof, and the judge's score."""
