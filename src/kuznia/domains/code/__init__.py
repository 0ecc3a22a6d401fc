"""Source code, asked of a model and checked: the code, its tests, its documentation."""
