"""The counting rules of JavaScript, TypeScript and TypeScript with JSX."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

_FUNCTIONS = """[(function_declaration) (function_expression) (generator_function)
    (generator_function_declaration) (arrow_function) (method_definition)] @function"""

_SHAPES = {
    "if_statement": Shape("nest", ("consequence",)),
    "else_clause": Shape("flat", ("-",)),
    "for_statement": Shape("nest", ("body",)),
    "for_in_statement": Shape("nest", ("body",)),
    "while_statement": Shape("nest", ("body",)),
    "do_statement": Shape("nest", ("body",)),
    "switch_statement": Shape("nest", ("body",)),
    "catch_clause": Shape("nest", ("body",)),
    "ternary_expression": Shape("nest", ("consequence", "alternative")),
}

_COSTS = costs(
    once="""
        abs add at ceil charAt charCodeAt delete floor get has isArray isInteger isNaN log max min
        Number pop pow push random round set sqrt test toFixed trunc
    """,
    linear="""
        concat entries fill fromEntries includes indexOf join keys lastIndexOf match parse replace
        replaceAll reverse shift slice splice split stringify toLowerCase toUpperCase trim unshift
        values
    """,
    sorts="sort toSorted",
    each="every filter find findIndex findLast flatMap forEach from map reduce reduceRight some",
)

_NAMES = (
    "identifier",
    "property_identifier",
    "private_property_identifier",
    "shorthand_property_identifier",
    "shorthand_property_identifier_pattern",
    "statement_identifier",
)
_LITERALS = (
    "number",
    "string_fragment",
    "regex_pattern",
    "true",
    "false",
    "null",
    "undefined",
    "this",
    "super",
)


def _ecma(
    language: str,
    field: str,
    parameters: str,
    names: tuple[str, ...] = (),
    literals: tuple[str, ...] = (),
    decisions: tuple[CountingRule, ...] = (),
) -> Counting:
    return Counting(
        language=language,
        profiles=("eslint",),
        functions=(
            CountingRule("function, generator, arrow function, method", _FUNCTIONS),
            CountingRule(
                "value of a class field, static block: functions too",
                f"({field} value: (_) @implicit) (class_static_block) @implicit",
                ("eslint",),
            ),
        ),
        scopes=(
            CountingRule(
                "computed name of a method: counts where the class or object stands",
                "(method_definition name: (computed_property_name) @outside)",
            ),
            CountingRule(
                "value of a class field, static block: count for no function",
                f"({field} value: (_) @scope) (class_static_block) @scope",
                ("default",),
            ),
        ),
        decisions=(
            CountingRule("if, else if", "(if_statement) @decision"),
            CountingRule(
                "for, for in, for of, while, do",
                "[(for_statement) (for_in_statement) (while_statement) (do_statement)] @decision",
            ),
            CountingRule("catch", "(catch_clause) @decision"),
            CountingRule("a ? b : c", '(ternary_expression "?" @decision)'),
            CountingRule("case with a value", "(switch_case) @decision"),
            CountingRule(
                "each &&, ||, ??, &&=, ||=, ??=", '["&&" "||" "??" "&&=" "||=" "??="] @decision'
            ),
            CountingRule(
                "default value",
                "[(assignment_pattern) (object_assignment_pattern)] @decision",
                ("eslint",),
            ),
            *decisions,
        ),
        classes=("class_declaration", "class"),
        shapes=_SHAPES,
        chains=frozenset({"if_statement"}),
        jumps="""(break_statement label: (_)) @jump
            (continue_statement label: (_)) @jump""",
        logic=("binary_expression",),
        loops=("for_statement", "for_in_statement", "while_statement", "do_statement"),
        calls=("call_expression",),
        callee=("function",),
        costs=_COSTS,
        parameters=parameters,
        names=(*_NAMES, *names),
        literals=(*_LITERALS, *literals),
    )


_CHAIN = CountingRule("each ?.", "(optional_chain) @decision", ("eslint",))
_BARE = """(arrow_function parameter: (_) @parameter)
    (formal_parameters [(identifier) (assignment_pattern) (rest_pattern) (object_pattern)
    (array_pattern)] @parameter)"""
_TYPED = """(arrow_function parameter: (_) @parameter)
    (formal_parameters [(required_parameter) (optional_parameter)] @parameter)"""
_TYPED_DEFAULT = CountingRule(
    "default value of a parameter",
    '(required_parameter "=" @decision) (optional_parameter "=" @decision)',
    ("eslint",),
)
# The older grammar of TypeScript has no name for the one before a call's brackets.
_TYPED_CHAIN = CountingRule("each ?.", '"?." @decision', ("eslint",))
_TYPES = ("type_identifier", "predefined_type")

_TYPED_MORE = (_TYPED_DEFAULT, _TYPED_CHAIN)

JAVASCRIPT = _ecma(
    "javascript", "field_definition", _BARE, literals=("jsx_text",), decisions=(_CHAIN,)
)
TYPESCRIPT = _ecma("typescript", "public_field_definition", _TYPED, _TYPES, decisions=_TYPED_MORE)
TSX = _ecma("tsx", "public_field_definition", _TYPED, _TYPES, ("jsx_text",), decisions=_TYPED_MORE)
