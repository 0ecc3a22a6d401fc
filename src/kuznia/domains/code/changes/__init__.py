"""Changes to files that came with an order: the diff, what it touches, and whether it may.

onto.py       a reply is laid onto the files that came
diff.py       one unified diff, and a strict reader that applies it again
units.py      the definitions of a file, and which of them differ
scope.py      whether what is touched was named by the request, or is needed for it
kept.py       the tests that came, before and after
"""
