"""Examples as tests of JavaScript: one each, run by Node in the sandbox."""

import ast
import json
from importlib.resources import files as resources

from kuznia.domains.code.order_examples.example import (
    ExampleTests,
    OrderExample,
    not_run,
    not_there,
)
from kuznia.domains.code.schema import CaseRun, File

PATH, SUPPORT = "examples_of_the_request.test.mjs", "support_of_the_examples.mjs"
_HEAD = f"""\
import test from "node:test";
import * as support from "./{SUPPORT}";
"""
_TEST = """
test("{name}", async (context) => {{
  const names = await support.load({paths});
  if (!support.need(context, names, "{function}")) return;
  await support.{check}(() => names.{function}({arguments}), {expected});
}});
"""


def javascript_tests(
    examples: tuple[OrderExample, ...],
    files: tuple[File, ...],
    _: float = 0.0,
) -> ExampleTests:
    """The examples as tests of these files."""
    code = tuple(file for file in files if file.language == "javascript")
    paths = json.dumps([f"./{file.path}" for file in code])
    by_test: dict[str, str] = {}
    unfit: list[CaseRun] = []
    content = _HEAD
    for example in examples:
        call = _called(example)
        if call is None:
            unfit.append(not_run(example.title, "It is not a call that JavaScript would write so."))
            continue
        absent = not_there(example, call[0], code)
        if absent.outcome == "error":
            unfit.append(absent)
            continue
        name = f"example {len(by_test) + 1}"
        by_test[name] = example.title
        check = "mustThrow" if example.raises else "mustGive"
        expected = json.dumps(example.raises) if example.raises else _json(example.value)
        content += _TEST.format(
            name=name,
            paths=paths,
            function=call[0],
            arguments=call[1],
            check=check,
            expected=expected,
        )
    support = resources(__package__ or "").joinpath("javascript_support.mjs").read_text("utf-8")
    return ExampleTests(
        File(path=PATH, language="javascript", content=content),
        File(path=SUPPORT, language="javascript", content=support),
        by_test,
        tuple(unfit),
    )


def _called(example: OrderExample) -> tuple[str, str] | None:
    """The function and its arguments as JSON; None where JSON cannot say them."""
    if not example.call or example.setup or (example.value and _json(example.value) is None):
        return None
    node = ast.parse(example.call, mode="eval").body
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
        return None
    arguments = [_json(ast.unparse(argument)) for argument in node.args]
    if any(argument is None for argument in arguments):
        return None
    return node.func.id, ", ".join(argument or "" for argument in arguments)


def _json(literal: str) -> str | None:
    try:
        value = ast.literal_eval(literal)
        return json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, SyntaxError):
        return None
