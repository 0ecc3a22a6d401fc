"""A model's reply read as files: see extract.py for the order in which its steps are used."""
