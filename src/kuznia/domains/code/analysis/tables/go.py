"""The counting rules of Go."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

GO = Counting(
    language="go",
    profiles=("lizard",),
    functions=(
        CountingRule(
            "function, method, function literal, with a body",
            """(function_declaration body: (_)) @function
            (method_declaration body: (_)) @function
            (func_literal) @function""",
        ),
    ),
    decisions=(
        CountingRule("if, else if", "(if_statement) @decision"),
        CountingRule("for", "(for_statement) @decision"),
        CountingRule(
            "case of switch, type switch and select",
            "[(expression_case) (type_case) (communication_case)] @decision",
        ),
        CountingRule("each &&, ||", '["&&" "||"] @decision'),
    ),
    shapes={
        "if_statement": Shape("nest", ("consequence", "alternative"), otherwise="alternative"),
        "for_statement": Shape("nest", ("body",)),
        "expression_switch_statement": Shape("nest", ("*",)),
        "type_switch_statement": Shape("nest", ("*",)),
        "select_statement": Shape("nest", ("*",)),
    },
    chains=frozenset({"if_statement"}),
    jumps="""(goto_statement) @jump
        (break_statement (label_name)) @jump
        (continue_statement (label_name)) @jump""",
    logic=("binary_expression",),
    loops=("for_statement",),
    calls=("call_expression",),
    callee=("function",),
    costs=costs(
        once="append cap delete float64 int int64 len make new panic string",
        linear="""
            Compare Contains Copy Count Equal Fields HasPrefix Index IndexByte Join Replace
            ReplaceAll Reverse Split ToLower ToUpper TrimSpace clear copy max min
        """,
        sorts="Float64s Ints Slice SliceStable Sort SortFunc Strings",
    ),
    parameters="""(function_declaration parameters: (parameter_list (_ name: (_) @parameter)))
        (method_declaration parameters: (parameter_list (_ name: (_) @parameter)))
        (func_literal parameters: (parameter_list (_ name: (_) @parameter)))""",
    names=(
        "identifier",
        "field_identifier",
        "type_identifier",
        "package_identifier",
        "label_name",
        "blank_identifier",
    ),
    literals=(
        "int_literal",
        "float_literal",
        "imaginary_literal",
        "rune_literal",
        "interpreted_string_literal_content",
        "raw_string_literal_content",
        "true",
        "false",
        "nil",
        "iota",
    ),
)
