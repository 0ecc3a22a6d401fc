"""The examples a request gives of its code, read from its words and made into tests of ours."""
