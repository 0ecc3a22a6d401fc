"""The counting rules of Java, Kotlin and Scala."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

_ONCE = costs(
    once="""
        abs add append charAt containsKey get getOrDefault hashCode isEmpty length offer of peek
        poll pop print println push put require set size toInt valueOf
    """,
)
JAVA = Counting(
    language="java",
    profiles=("lizard",),
    functions=(
        CountingRule(
            "method and constructor with a body",
            """(method_declaration body: (_)) @function
            [(constructor_declaration) (compact_constructor_declaration)] @function""",
        ),
    ),
    scopes=(CountingRule("class body: counts for no function", "(class_body) @scope"),),
    decisions=(
        CountingRule("if, else if", "(if_statement) @decision"),
        CountingRule(
            "for, while, do",
            """[(for_statement) (enhanced_for_statement) (while_statement)
            (do_statement)] @decision""",
        ),
        CountingRule("catch", "(catch_clause) @decision"),
        CountingRule("case with a value", '(switch_label "case" @decision)'),
        CountingRule("when after a case", "(guard) @decision", ("default",)),
        CountingRule("a ? b : c", '(ternary_expression "?" @decision)'),
        CountingRule("each &&, ||", '["&&" "||"] @decision'),
    ),
    classes=(
        "class_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
    ),
    shapes={
        "if_statement": Shape("nest", ("consequence", "alternative"), otherwise="alternative"),
        "for_statement": Shape("nest", ("body",)),
        "enhanced_for_statement": Shape("nest", ("body",)),
        "while_statement": Shape("nest", ("body",)),
        "do_statement": Shape("nest", ("body",)),
        "switch_expression": Shape("nest", ("body",)),
        "catch_clause": Shape("nest", ("body",)),
        "ternary_expression": Shape("nest", ("consequence", "alternative")),
        "lambda_expression": Shape("free", ("body",)),
    },
    chains=frozenset({"if_statement"}),
    jumps="""(break_statement (identifier)) @jump
        (continue_statement (identifier)) @jump""",
    logic=("binary_expression",),
    loops=("for_statement", "enhanced_for_statement", "while_statement", "do_statement"),
    calls=("method_invocation",),
    callee=("name",),
    bare_methods=True,
    costs=(
        _ONCE
        | costs(
            linear="""
                addAll collect contains copyOf copyOfRange equals fill indexOf join lastIndexOf
                matches replace replaceAll split stream substring toArray toCharArray toList
                toLowerCase toString toUpperCase trim
            """,
            sorts="sort sorted",
            each="""
                allMatch anyMatch computeIfAbsent filter flatMap forEach map mapToInt mapToObj
                noneMatch reduce removeIf replaceAll
            """,
        )
    ),
    parameters="""(method_declaration parameters: (formal_parameters
            [(formal_parameter) (spread_parameter)] @parameter))
        (constructor_declaration parameters: (formal_parameters
            [(formal_parameter) (spread_parameter)] @parameter))""",
    comments="[(line_comment) (block_comment)] @comment",
    names=("identifier", "type_identifier"),
    literals=(
        "decimal_integer_literal",
        "hex_integer_literal",
        "octal_integer_literal",
        "binary_integer_literal",
        "decimal_floating_point_literal",
        "hex_floating_point_literal",
        "character_literal",
        "string_fragment",
        "true",
        "false",
        "null_literal",
        "this",
        "super",
    ),
)

_LAMBDAS = costs(
    each="""
        all any associateBy associateWith collect count exists filter filterNot find first flatMap
        fold foldLeft foldRight forall forEach foreach groupBy indexOfFirst map mapIndexed
        mapNotNull maxBy minBy none partition reduce repeat sumOf takeWhile
    """,
)
_WHOLE = costs(
    linear="""
        contains copyOf distinct indexOf joinToString max min mkString plus reversed reverse split
        substring sum toList toMap toSet toString trim zip
    """,
)
_SORTS = costs(
    sorts="sort sortBy sortWith sorted sortedBy sortedWith",
)
KOTLIN = Counting(
    language="kotlin",
    functions=(
        CountingRule(
            "fun, constructor, getter, setter, with a body",
            """(function_declaration (function_body)) @function
            (secondary_constructor (block)) @function
            (getter (function_body)) @function
            (setter (function_body)) @function""",
        ),
    ),
    scopes=(CountingRule("class body: counts for no function", "(class_body) @scope"),),
    decisions=(
        CountingRule("if, else if", "(if_expression) @decision"),
        CountingRule(
            "for, while, do", "[(for_statement) (while_statement) (do_while_statement)] @decision"
        ),
        CountingRule("catch", "(catch_block) @decision"),
        CountingRule("branch of when with a condition", "(when_entry condition: (_)) @decision"),
        CountingRule("each &&, ||, ?:", '["&&" "||" "?:"] @decision'),
    ),
    classes=("class_declaration", "object_declaration"),
    speaking=frozenset({"constructor", "get", "set"}),
    shapes={
        "if_expression": Shape("nest", ("else",)),
        "for_statement": Shape("nest", ("-",)),
        "while_statement": Shape("nest", ("-",)),
        "do_while_statement": Shape("nest", ("+",)),
        "when_expression": Shape("nest", ("*",)),
        "catch_block": Shape("nest", ("-",)),
        "lambda_literal": Shape("free", ("*",)),
        "anonymous_function": Shape("free", ("-",)),
    },
    chains=frozenset({"if_expression"}),
    logic=("binary_expression",),
    loops=("for_statement", "while_statement", "do_while_statement"),
    calls=("call_expression",),
    bare_methods=True,
    costs=_ONCE | _WHOLE | _SORTS | _LAMBDAS,
    parameters="""(function_declaration (function_value_parameters (parameter) @parameter))
        (secondary_constructor (function_value_parameters (parameter) @parameter))""",
    comments="[(line_comment) (block_comment)] @comment",
    names=("identifier",),
    literals=("number_literal", "float_literal", "character_literal", "string_content"),
)

SCALA = Counting(
    language="scala",
    functions=(CountingRule("def with a body", "(function_definition) @function"),),
    scopes=(
        CountingRule(
            "body of a class, object or trait: counts for no function", "(template_body) @scope"
        ),
    ),
    decisions=(
        CountingRule("if, else if", "(if_expression) @decision"),
        CountingRule(
            "for, while, do",
            "[(for_expression) (while_expression) (do_while_expression)] @decision",
        ),
        CountingRule("case, of match and of catch", "(case_clause) @decision"),
        CountingRule(
            "case _ without a guard: one less", '(case_clause . (wildcard) . [(_) "=>"]) @spare'
        ),
        CountingRule("if in a for or after a case", "(guard) @decision"),
        CountingRule(
            "each &&, ||",
            '((operator_identifier) @decision (#any-of? @decision "&&" "||"))',
        ),
    ),
    classes=("class_definition", "object_definition", "trait_definition"),
    shapes={
        "if_expression": Shape("nest", ("consequence", "alternative"), otherwise="alternative"),
        "for_expression": Shape("nest", ("body",)),
        "while_expression": Shape("nest", ("body",)),
        "do_while_expression": Shape("nest", ("body",)),
        "match_expression": Shape("nest", ("body",)),
        "catch_clause": Shape("nest", ("-",)),
        "lambda_expression": Shape("free", ("-",)),
    },
    chains=frozenset({"if_expression"}),
    logic=("infix_expression",),
    loops=("for_expression", "while_expression", "do_while_expression"),
    calls=("call_expression",),
    callee=("function",),
    bare_methods=True,
    costs=_ONCE | _WHOLE | _SORTS | _LAMBDAS,
    parameters="(function_definition (parameters (parameter) @parameter))",
    comments="[(comment) (block_comment)] @comment",
    names=("identifier", "type_identifier", "operator_identifier"),
    literals=(
        "integer_literal",
        "floating_point_literal",
        "boolean_literal",
        "character_literal",
        "string",
        "interpolated_string",
        "null_literal",
        "wildcard",
    ),
)
