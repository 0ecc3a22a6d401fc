"""The counting rules of Swift."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

SWIFT = Counting(
    language="swift",
    functions=(
        CountingRule(
            "func, init, deinit, get, set, with a body",
            """(function_declaration body: (_)) @function
            (init_declaration body: (_)) @function
            (deinit_declaration) @function
            (computed_getter (statements)) @function
            (computed_setter (statements)) @function""",
        ),
    ),
    scopes=(
        CountingRule(
            "body of a type: counts for no function", "[(class_body) (enum_class_body)] @scope"
        ),
    ),
    decisions=(
        CountingRule("if, else if, guard", "[(if_statement) (guard_statement)] @decision"),
        CountingRule(
            "for, while, repeat",
            "[(for_statement) (while_statement) (repeat_while_statement)] @decision",
        ),
        CountingRule("catch", "(catch_block) @decision"),
        CountingRule("case of a switch", '(switch_entry "case" @decision)'),
        CountingRule("where after a case or in a for", "[(where_keyword)] @decision"),
        CountingRule("a ? b : c", '(ternary_expression "?" @decision)'),
        CountingRule("each &&, ||, ??", '["&&" "||" "??"] @decision'),
    ),
    classes=("class_declaration", "protocol_declaration"),
    speaking=frozenset({"deinit", "get", "set"}),
    shapes={
        "if_statement": Shape("nest", ("else",)),
        "guard_statement": Shape("nest", ("-",)),
        "for_statement": Shape("nest", ("-",)),
        "while_statement": Shape("nest", ("-",)),
        "repeat_while_statement": Shape("nest", ("+",)),
        "switch_statement": Shape("nest", ("*",)),
        "catch_block": Shape("nest", ("-",)),
        "ternary_expression": Shape("nest", ("if_true", "if_false")),
        "lambda_literal": Shape("free", ("*",)),
    },
    chains=frozenset({"if_statement"}),
    logic=("conjunction_expression", "disjunction_expression"),
    loops=("for_statement", "while_statement", "repeat_while_statement"),
    calls=("call_expression",),
    bare_methods=True,
    costs=costs(
        once="abs append max min popLast print removeLast stride",
        linear="""
            contains count dropFirst firstIndex insert joined remove removeFirst
            replacingOccurrences reversed split starts suffix
        """,
        sorts="sort sorted",
        each="allSatisfy compactMap enumerated filter first flatMap forEach map reduce",
    ),
    parameters="(parameter) @parameter",
    comments="[(comment) (multiline_comment)] @comment",
    names=("simple_identifier", "type_identifier"),
    literals=(
        "integer_literal",
        "hex_literal",
        "oct_literal",
        "bin_literal",
        "real_literal",
        "boolean_literal",
        "line_str_text",
        "multi_line_str_text",
        "nil_literal",
    ),
)
