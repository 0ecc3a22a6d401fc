"""The counting rules of C, C++ and C#."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

_COSTS = costs(
    once="""
        abs at back begin emplace_back empty end fabs free front get isalpha isdigit malloc max
        min move pop pop_back printf push push_back putchar size sizeof sqrt swap
    """,
    linear="""
        accumulate calloc count equal erase fill find insert memcmp memcpy memmove memset realloc
        resize reverse strcat strchr strcmp strcpy strlen strncmp strstr substr
    """,
    sorts="qsort sort stable_sort",
    each="all_of any_of copy_if count_if find_if for_each none_of remove_if transform",
)
_SHAPES = {
    "if_statement": Shape("nest", ("consequence",)),
    "else_clause": Shape("flat", ("-",)),
    "for_statement": Shape("nest", ("body",)),
    "while_statement": Shape("nest", ("body",)),
    "do_statement": Shape("nest", ("body",)),
    "switch_statement": Shape("nest", ("body",)),
    "conditional_expression": Shape("nest", ("consequence", "alternative")),
}
_DECISIONS = (
    CountingRule("if, else if", "(if_statement) @decision"),
    CountingRule("for, while, do", "[(for_statement) (while_statement) (do_statement)] @decision"),
    CountingRule("case with a value", '(case_statement "case" @decision)'),
    CountingRule("a ? b : c", '(conditional_expression "?" @decision)'),
)
_NAMES = ("identifier", "field_identifier", "type_identifier", "statement_identifier")
_LITERALS = ("number_literal", "character", "string_content", "true", "false", "null")
_LOOPS = ("for_statement", "while_statement", "do_statement")
_DECLARED = "[(parameter_declaration declarator: (_)){more}] @parameter"
# The list of a definition, also where it gives back a pointer or a reference; of nothing else.
_LIST = f"""(function_declarator parameters: (parameter_list {_DECLARED}))"""
_PARAMETERS = f"""(function_definition declarator: {_LIST})
    (function_definition declarator: (pointer_declarator declarator: {_LIST}))
    (function_definition declarator:
        (pointer_declarator declarator: (pointer_declarator declarator: {_LIST})))"""

C = Counting(
    language="c",
    functions=(CountingRule("function with a body", "(function_definition) @function"),),
    decisions=(*_DECISIONS, CountingRule("each &&, ||", '["&&" "||"] @decision')),
    name_fields=("declarator",),
    shapes=_SHAPES,
    chains=frozenset({"if_statement"}),
    jumps="(goto_statement) @jump",
    logic=("binary_expression",),
    loops=_LOOPS,
    calls=("call_expression",),
    callee=("function",),
    costs=_COSTS,
    parameters=_PARAMETERS.replace("{more}", ""),
    names=_NAMES,
    literals=_LITERALS,
)

CPP = Counting(
    language="cpp",
    functions=(CountingRule("function or method with a body", "(function_definition) @function"),),
    scopes=(
        CountingRule(
            "body of a class or struct: counts for no function", "(field_declaration_list) @scope"
        ),
    ),
    decisions=(
        *_DECISIONS,
        CountingRule("for over a range", "(for_range_loop) @decision"),
        CountingRule("catch", "(catch_clause) @decision"),
        CountingRule("each &&, ||, and, or", '["&&" "||" "and" "or"] @decision'),
    ),
    classes=("class_specifier", "struct_specifier"),
    name_fields=("name", "declarator"),
    shapes={
        **_SHAPES,
        "for_range_loop": Shape("nest", ("body",)),
        "catch_clause": Shape("nest", ("body",)),
        "lambda_expression": Shape("free", ("body",)),
    },
    chains=frozenset({"if_statement"}),
    jumps="(goto_statement) @jump",
    logic=("binary_expression",),
    logical=("&&", "||", "and", "or"),
    loops=(*_LOOPS, "for_range_loop"),
    calls=("call_expression",),
    callee=("function",),
    bare_methods=True,
    costs=_COSTS,
    parameters=(
        f"{_PARAMETERS} (function_definition declarator: (reference_declarator {_LIST}))"
    ).replace("{more}", " (optional_parameter_declaration) (variadic_parameter_declaration)"),
    names=(*_NAMES, "namespace_identifier"),
    literals=(*_LITERALS, "this", "auto"),
)

CSHARP = Counting(
    language="csharp",
    functions=(
        CountingRule(
            "method, constructor, accessor, operator, local function, with a body",
            """(method_declaration body: (_)) @function
            (constructor_declaration body: (_)) @function
            (destructor_declaration body: (_)) @function
            (operator_declaration body: (_)) @function
            (accessor_declaration body: (_)) @function
            (local_function_statement body: (_)) @function""",
        ),
    ),
    scopes=(
        CountingRule(
            "body of a class or struct: counts for no function", "(declaration_list) @scope"
        ),
    ),
    decisions=(
        CountingRule("if, else if", "(if_statement) @decision"),
        CountingRule(
            "for, foreach, while, do",
            """[(for_statement) (foreach_statement) (while_statement)
            (do_statement)] @decision""",
        ),
        CountingRule("catch", "(catch_clause) @decision"),
        CountingRule("case with a value", '(switch_section "case" @decision)'),
        CountingRule("arm of a switch expression", "(switch_expression_arm) @decision"),
        CountingRule(
            "arm that takes everything: one less", "(switch_expression_arm . (discard)) @spare"
        ),
        CountingRule(
            "when after a case or a catch", "[(when_clause) (catch_filter_clause)] @decision"
        ),
        CountingRule("a ? b : c", '(conditional_expression "?" @decision)'),
        CountingRule("each &&, ||, ??, ??=", '["&&" "||" "??" "??="] @decision'),
    ),
    classes=(
        "class_declaration",
        "struct_declaration",
        "record_declaration",
        "interface_declaration",
    ),
    name_fields=("name", "operator"),
    shapes={
        "if_statement": Shape("nest", ("consequence", "alternative"), otherwise="alternative"),
        "for_statement": Shape("nest", ("body",)),
        "foreach_statement": Shape("nest", ("body",)),
        "while_statement": Shape("nest", ("body",)),
        "do_statement": Shape("nest", ("body",)),
        "switch_statement": Shape("nest", ("body",)),
        "switch_expression": Shape("nest", ("*",)),
        "catch_clause": Shape("nest", ("body",)),
        "conditional_expression": Shape("nest", ("consequence", "alternative")),
        "lambda_expression": Shape("free", ("body",)),
        "anonymous_method_expression": Shape("free", ("-",)),
    },
    chains=frozenset({"if_statement"}),
    jumps="(goto_statement) @jump",
    logic=("binary_expression",),
    loops=("for_statement", "foreach_statement", "while_statement", "do_statement"),
    calls=("invocation_expression",),
    callee=("function",),
    bare_methods=True,
    costs=costs(
        once="""
            Abs Add Append ContainsKey Dequeue Enqueue GetType Max Min Peek Pop Push TryGetValue
            Write WriteLine
        """,
        linear="""
            AddRange Average Concat Contains Copy Count Distinct Equals IndexOf Insert Join Max
            Min Remove RemoveAt Replace Reverse Split Substring Sum ToArray ToDictionary ToHashSet
            ToList ToLower ToString ToUpper Trim
        """,
        sorts="OrderBy OrderByDescending Sort",
        each="""
            Aggregate All Any First FirstOrDefault ForEach GroupBy Select SelectMany Single
            TakeWhile Where
        """,
    ),
    parameters="""(method_declaration parameters: (parameter_list (parameter) @parameter))
        (method_declaration parameters: (parameter_list "params" @parameter))
        (constructor_declaration parameters: (parameter_list (parameter) @parameter))
        (constructor_declaration parameters: (parameter_list "params" @parameter))
        (operator_declaration parameters: (parameter_list (parameter) @parameter))
        (local_function_statement parameters: (parameter_list (parameter) @parameter))""",
    names=("identifier",),
    literals=(
        "integer_literal",
        "real_literal",
        "boolean_literal",
        "null_literal",
        "character_literal_content",
        "string_literal_content",
        "verbatim_string_literal",
        "raw_string_content",
        "string_content",
        "predefined_type",
        "discard",
    ),
)
