"""The counting rules of Rust."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

RUST = Counting(
    language="rust",
    functions=(CountingRule("fn with a body", "(function_item) @function"),),
    decisions=(
        CountingRule("if, if let, else if", "(if_expression) @decision"),
        CountingRule(
            "for, while, while let, loop",
            "[(for_expression) (while_expression) (loop_expression)] @decision",
        ),
        CountingRule("arm of a match", "(match_arm) @decision"),
        CountingRule("arm _ without a guard: one less", '(match_pattern . "_" @spare .)'),
        CountingRule("if after a pattern", "(match_pattern condition: (_) @decision)"),
        CountingRule("let else", "(let_declaration alternative: (_) @decision)"),
        CountingRule("each &&, ||", '["&&" "||"] @decision'),
    ),
    classes=("impl_item", "trait_item", "mod_item"),
    name_fields=("name", "type"),
    shapes={
        "if_expression": Shape("nest", ("consequence",)),
        "else_clause": Shape("flat", ("-",)),
        "for_expression": Shape("nest", ("body",)),
        "while_expression": Shape("nest", ("body",)),
        "loop_expression": Shape("nest", ("body",)),
        "match_expression": Shape("nest", ("body",)),
        "closure_expression": Shape("free", ("body",)),
    },
    chains=frozenset({"if_expression"}),
    jumps="""(break_expression (label)) @jump
        (continue_expression (label)) @jump""",
    logic=("binary_expression",),
    loops=("for_expression", "while_expression", "loop_expression"),
    calls=("call_expression",),
    callee=("function",),
    costs=costs(
        once="""
            Err Ok Some abs as_ref as_str borrow contains_key get get_mut into into_iter is_empty
            is_none is_some iter iter_mut len max min new next pop pop_front push push_back unwrap
            unwrap_or
        """,
        linear="""
            bytes chars clone collect concat contains count extend insert join lines max_by min_by
            parse remove replace reverse split starts_with sum to_owned to_string to_vec trim
        """,
        sorts="sort sort_by sort_by_key sort_unstable sort_unstable_by",
        each="all any filter filter_map find flat_map fold for_each map position retain take_while",
    ),
    parameters="(function_item parameters: (parameters (parameter) @parameter))",
    receivers=("self",),
    comments="[(line_comment) (block_comment)] @comment",
    names=(
        "identifier",
        "field_identifier",
        "type_identifier",
        "shorthand_field_identifier",
        "primitive_type",
    ),
    literals=(
        "integer_literal",
        "float_literal",
        "boolean_literal",
        "char_literal",
        "string_content",
        "self",
        "super",
        "crate",
    ),
)
