"""Source code, asked of a model and checked: the code, its tests, its documentation."""

from kuznia.domains.code import extract, proof
from kuznia.domains.code.asking import fingerprint
from kuznia.domains.code.languages import LANGUAGES
from kuznia.domains.code.parts import CODE, DOCUMENTATION, TESTS, parts
from kuznia.domains.code.schema import CodeInput
from kuznia.forge.terms import Domain

DOMAIN = Domain(
    name="code",
    path="code",
    summary=f"Source code in {len(LANGUAGES)} languages, with tests and documentation, checked.",
    input=CodeInput,
    version=fingerprint((CODE, TESTS, DOCUMENTATION), extract.VERSION, proof.VERSION),
    parts=parts,
    examples=(
        {
            "prompt": "A queue with a fixed capacity that drops the oldest item",
            "language": "python",
        },
        {
            "prompt": "Функція, що перевіряє номер IBAN за контрольною сумою",
            "language": "typescript",
            "include_docs": False,
        },
    ),
)
