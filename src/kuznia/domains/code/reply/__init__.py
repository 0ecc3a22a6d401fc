"""A model's reply becomes files. For code and tests `extract.py` takes these steps in this order:

    fences.py     cut off what the model thought aloud; find the fences
    controls.py   refuse control characters
    patches.py    SEARCH/REPLACE blocks and diffs, applied to the draft they are for
    wrapped/      files in JSON or in tags, where the reply is that and not Markdown
    fences.py     pair the fences to blocks
    lifted.py     what stands inside a fence and belongs above it: a path, the language's name
    naming.py     the path and the language of each block
    choose.py     the blocks that answer; not drafts, other ways, examples or output
    unfenced.py   code without any fence, where no block answers
    examples.py   drop the example of use that is glued to the end of code
    packages.py   the packages that the reply lists as required

`languages/paths.py` refuses a path that leads out of the artefact.

`document.py` reads a page of documentation, after `fences.py`. `stream_stop.py` looks at a reply
that is still being written, and ends it once all of its code is there.
"""
