"""The counting rules of Python."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

# A bare name or `_`, in brackets or not, with a guard or not; written for a query's string.
_TAKES_ALL = r"^case[\\s(]*(?!None\\b|True\\b|False\\b)[^\\W\\d]\\w*[\\s)]*(:|if\\b)"

# Values that can hold a decision; a name, a number or a text cannot.
_COMPOUND = """[(attribute) (await) (binary_operator) (boolean_operator) (call)
(comparison_operator) (conditional_expression) (dictionary) (dictionary_comprehension)
(generator_expression) (lambda) (list) (list_comprehension) (named_expression) (not_operator)
(parenthesized_expression) (set) (set_comprehension) (string) (subscript) (tuple)
(unary_operator)]"""

PYTHON = Counting(
    language="python",
    profiles=("radon",),
    functions=(CountingRule("def, async def", "(function_definition) @function"),),
    scopes=(
        CountingRule("class body: counts for no function", "(class_definition) @scope"),
        CountingRule(
            "decorators, default values, annotations, the inside of assert: count for nobody",
            f"""(decorator) @scope
            (parameters (default_parameter value: {_COMPOUND} @scope))
            (parameters (typed_default_parameter value: {_COMPOUND} @scope))
            (typed_parameter type: (type {_COMPOUND} @scope))
            (typed_default_parameter type: (type {_COMPOUND} @scope))
            (function_definition return_type: (type {_COMPOUND} @scope))
            (assert_statement (_) @scope)""",
            ("radon",),
        ),
    ),
    decisions=(
        CountingRule("if, elif", "[(if_statement) (elif_clause)] @decision"),
        CountingRule("for, async for, while", "[(for_statement) (while_statement)] @decision"),
        CountingRule("a if b else c", "(conditional_expression) @decision"),
        CountingRule("except", "(except_clause) @decision"),
        CountingRule(
            "except*, and the else that belongs to it: one less",
            """(except_clause "*" @spare)
            (try_statement (except_clause "*") (else_clause) @spare)""",
            ("radon",),
        ),
        CountingRule("each and, or", '["and" "or"] @decision'),
        CountingRule("for in a comprehension", "(for_in_clause) @decision"),
        CountingRule(
            "if in a comprehension or after a case", "(if_clause) @decision", ("default",)
        ),
        CountingRule(
            "if in a comprehension",
            """[(list_comprehension (if_clause) @decision)
            (set_comprehension (if_clause) @decision)
            (dictionary_comprehension (if_clause) @decision)
            (generator_expression (if_clause) @decision)]""",
            ("radon",),
        ),
        CountingRule("case", "(case_clause) @decision"),
        CountingRule(
            "match with a case that takes everything: one less",
            "((match_statement (block (case_clause) @_case)) @spare "
            f'(#match? @_case "{_TAKES_ALL}"))',
        ),
        CountingRule(
            "else of for, while, try",
            """(for_statement alternative: (else_clause) @decision)
            (while_statement alternative: (else_clause) @decision)
            (try_statement (else_clause) @decision)""",
            ("radon",),
        ),
        CountingRule("assert", "(assert_statement) @decision", ("radon",)),
    ),
    classes=("class_definition",),
    shapes={
        "if_statement": Shape("nest", ("consequence",)),
        "elif_clause": Shape("flat", ("consequence",)),
        "else_clause": Shape("flat", ("body",), within="if_statement"),
        "for_statement": Shape("nest", ("body",)),
        "while_statement": Shape("nest", ("body",)),
        "except_clause": Shape("nest", ("-",)),
        "match_statement": Shape("nest", ("body",)),
        "conditional_expression": Shape("nest", ("+", "-"), late=True),
        "lambda": Shape("free", ("body",)),
    },
    logic=("boolean_operator",),
    logical=("and", "or"),
    loops=(
        "for_statement",
        "while_statement",
        "list_comprehension",
        "set_comprehension",
        "dictionary_comprehension",
        "generator_expression",
    ),
    calls=("call",),
    callee=("function",),
    costs=costs(
        once="""
            abs add append bool bytearray callable chr discard divmod endswith enumerate float get
            getattr hasattr hash id int isinstance issubclass items iter keys len next ord pop
            popleft range repr setattr startswith str super type values zip
        """,
        linear="""
            all any bytes copy count dict extend find frozenset index insert join list max min
            remove replace reverse reversed set split strip sum tuple update
        """,
        sorts="sort sorted nsmallest nlargest",
        each="map filter reduce",
    ),
    parameters="""(parameters [(identifier) (default_parameter) (typed_parameter)
        (typed_default_parameter) (list_splat_pattern) (dictionary_splat_pattern)] @parameter)""",
    receivers=("self", "cls"),
    comments="""(comment) @comment
        (module . (comment)* . (expression_statement (string) @doc))
        (class_definition body: (block . (comment)* . (expression_statement (string) @doc)))
        (function_definition body: (block . (comment)* . (expression_statement (string) @doc)))""",
    names=("identifier",),
    literals=("integer", "float", "string_content", "true", "false", "none", "ellipsis"),
)
