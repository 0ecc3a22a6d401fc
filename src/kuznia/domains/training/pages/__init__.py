"""The pages of docs/ that are printed from this domain's tables; `kuznia.generated` writes them."""

from collections.abc import Callable

from kuznia.domains.training.pages import harm

# By the page's path in the project: its text as it is becomes the text it has to have.
PAGES: dict[str, Callable[[str], str]] = {"docs/training-harm.md": harm.page}
