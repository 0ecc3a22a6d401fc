"""What a source imports, and whether it is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.domains.code.imports.package_names import words
from kuznia.domains.code.imports.unresolved import unresolved_imports
from kuznia.domains.code.schema import File

PYTHON = {
    "shop/__init__.py": "from .cart import Cart\n",
    "shop/cart.py": "import os\nCART = [1]\n\n\nclass Cart: ...\n\n\nfor number in CART: ...\n",
    "shop/opaque.py": "from os.path import *\n",
    "shop/lazy.py": "def __getattr__(name): return name\n",
    "broken.py": "def (\n",
    "src/util/text.py": "if True:\n    def clean(): ...\nelse:\n    clean = None\n",
}


def told(content: str, path: str, language: str = "python", files=None, named: str = ""):
    file = File(path=path, language=language, content=content)
    found = unresolved_imports(file, PYTHON if files is None else files, words(named))
    return [(one.what, one.certain) for one in found]


@pytest.mark.parametrize(
    "line",
    [
        "import os.path, sys",
        "from __future__ import annotations",
        "from . import cart, lazy",
        "from .cart import Cart, CART, os, number",
        "from shop import Cart, cart",
        "from shop.cart import Cart",
        "import shop.cart as c",
        "from .opaque import anything",
        "from .lazy import anything",
        "from util.text import clean",
        "from broken import anything",
        "import pytest",
        "from . import *",
    ],
)
def test_what_is_there_is_not_missed(line):
    assert told(f"{line}\n", "shop/main.py") == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("from .basket import Cart", ".basket"),
        ("from ..shop.basket import Cart", "..shop.basket"),
        ("from .cart import Basket", "Basket of shop/cart.py"),
        ("from shop import Basket", "Basket of shop/__init__.py"),
        ("from util import words", "words of util"),
        ("from myshop.carts import Cart", "myshop.carts"),
    ],
)
def test_what_could_only_come_from_us_is_surely_missing(line, what):
    assert told(f"def f():\n    {line}\n", "shop/main.py") == [(what, True)]


def test_a_package_is_fine_when_it_is_named_by_either_of_its_names():
    source = "import yaml\nimport PIL.Image\nimport google_auth\nimport nowhere\n"

    assert told(source, "a.py", named="with PyYAML, pillow and google-auth.") == [
        ("nowhere", False)
    ]


JS = {
    "src/a.ts": "export const a = 1, b = 2;\nexport type { T } from './t';\nexport default a;\n",
    "src/t.ts": "export interface T {}\nexport async function* f() {}\nexport { x as y };\n",
    "src/all.js": "export * from './a.js';\n",
    "src/old.js": "module.exports = { q: 1 };\n",
    "src/ui/index.tsx": "export function Ui() { return null; }\n",
    "src/data.json": "{}",
}


@pytest.mark.parametrize(
    "line",
    [
        "import { a } from './a.js';",
        "import type { T } from './t';",
        "import { f, y as z } from './t.js';",
        "import d, { default as e } from './a';",
        "import { anything } from './all.js';",
        "const { anything } = require('./old');",
        "import { Ui } from './ui';",
        "import data from './data.json';",
        "import fs from 'node:fs'; import { join } from 'path/posix';",
        "import { test } from 'vitest';",
        "import './a.js';",
        "export { a } from './a.js';",
        "const m = await import('./t.js');",
    ],
)
def test_javascript_finds_its_files_and_what_they_export(line):
    assert told(f"{line}\n", "src/main.ts", "typescript", JS) == []


@pytest.mark.parametrize(
    ("line", "what", "certain"),
    [
        ("import { c } from './a.js';", "c of src/a.ts", True),
        ("import {\n  T,\n  U,\n} from './t.js';", "U of src/t.ts", True),
        ("import { a } from '../a.js';", "../a.js", True),
        ("require('./none');", "./none", True),
        ("import x from 'left-pad/deep';", "left-pad", False),
        ("import x from '@scope/pad/deep';", "@scope/pad", False),
    ],
)
def test_javascript_that_leads_nowhere_is_told(line, what, certain):
    assert told(f"{line}\n", "src/main.js", "javascript", JS) == [(what, certain)]


def test_go_needs_what_has_an_address_to_be_named():
    source = 'package a\n\nimport "fmt"\nimport (\n\t"os"\n\tu "github.com/google/uuid"\n)\n'

    assert told(source, "a.go", "go") == [("github.com/google/uuid", False)]
    assert told(source, "a.go", "go", named="github.com/google/uuid") == []


def test_other_languages_are_not_judged():
    assert told("import nothing.at.All;\n", "A.java", "java") == []


@given(content=st.text(max_size=200), language=st.sampled_from(["python", "javascript", "go"]))
def test_no_text_breaks_it(content, language):
    assert isinstance(told(content, "shop/a", language), list)
