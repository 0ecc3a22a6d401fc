"""The counting rules of Ruby, PHP and Bash."""

from kuznia.domains.code.analysis.tables.rules import Counting, CountingRule, Shape, costs

RUBY = Counting(
    language="ruby",
    functions=(CountingRule("def", "[(method) (singleton_method)] @function"),),
    scopes=(
        CountingRule("class or module body: counts for no method", "[(class) (module)] @scope"),
    ),
    decisions=(
        CountingRule(
            "if, elsif, unless, also after a statement",
            "[(if) (elsif) (unless) (if_modifier) (unless_modifier)] @decision",
        ),
        CountingRule(
            "while, until, for, also after a statement",
            "[(while) (until) (for) (while_modifier) (until_modifier)] @decision",
        ),
        CountingRule("when, in", "[(when) (in_clause)] @decision"),
        CountingRule(
            "in _ without a guard: one less", '((in_clause . (identifier) . [(then) ";"]) @spare)'
        ),
        CountingRule("if after in", "[(if_guard) (unless_guard)] @decision"),
        CountingRule("rescue", "[(rescue) (rescue_modifier)] @decision"),
        CountingRule("a ? b : c", '(conditional "?" @decision)'),
        CountingRule(
            "each &&, ||, and, or, &&=, ||=", '["&&" "||" "and" "or" "&&=" "||="] @decision'
        ),
    ),
    classes=("class", "module"),
    shapes={
        "if": Shape("nest", ("consequence", "alternative"), otherwise="alternative"),
        "unless": Shape("nest", ("consequence", "alternative"), otherwise="alternative"),
        "elsif": Shape("free", ("consequence", "alternative"), otherwise="alternative"),
        "if_modifier": Shape("nest", ("body",), late=True),
        "unless_modifier": Shape("nest", ("body",), late=True),
        "while_modifier": Shape("nest", ("body",), late=True),
        "until_modifier": Shape("nest", ("body",), late=True),
        "while": Shape("nest", ("body",)),
        "until": Shape("nest", ("body",)),
        "for": Shape("nest", ("body",)),
        "case": Shape("nest", ("*",)),
        "case_match": Shape("nest", ("*",)),
        "rescue": Shape("nest", ("body",)),
        "conditional": Shape("nest", ("consequence", "alternative")),
        "block": Shape("free", ("body",)),
        "do_block": Shape("free", ("body",)),
    },
    chains=frozenset({"elsif"}),
    logic=("binary",),
    logical=("&&", "||", "and", "or"),
    loops=("while", "until", "for", "while_modifier", "until_modifier"),
    calls=("call",),
    callee=("method",),
    bare_methods=True,
    costs=costs(
        once="abs attr_reader freeze key? last length nil? pop puts push raise size to_i",
        linear="""
            concat count delete dup flatten gsub include? index insert join max min reverse shift
            split sub sum to_a to_h to_s uniq unshift
        """,
        sorts="sort sort_by",
        each="""
            all? any? collect detect each each_with_index each_with_object filter find flat_map
            group_by inject map none? partition reduce reject select times upto
        """,
    ),
    parameters="""(method parameters: (method_parameters (_) @parameter))
        (singleton_method parameters: (method_parameters (_) @parameter))""",
    names=("identifier", "constant", "instance_variable", "class_variable", "global_variable"),
    literals=(
        "integer",
        "float",
        "simple_symbol",
        "hash_key_symbol",
        "string_content",
        "heredoc_content",
        "true",
        "false",
        "nil",
        "self",
        "super",
    ),
)

PHP = Counting(
    language="php",
    functions=(
        CountingRule(
            "function and method with a body",
            """(function_definition) @function
            (method_declaration body: (_)) @function""",
        ),
    ),
    scopes=(CountingRule("class body: counts for no function", "(declaration_list) @scope"),),
    decisions=(
        CountingRule("if, elseif, else if", "[(if_statement) (else_if_clause)] @decision"),
        CountingRule(
            "for, foreach, while, do",
            """[(for_statement) (foreach_statement) (while_statement)
            (do_statement)] @decision""",
        ),
        CountingRule("catch", "(catch_clause) @decision"),
        CountingRule("case with a value", "(case_statement) @decision"),
        CountingRule("arm of match with a value", "(match_conditional_expression) @decision"),
        CountingRule("a ? b : c, a ?: b", '(conditional_expression "?" @decision)'),
        CountingRule(
            "each &&, ||, and, or, ??, ??=", '["&&" "||" "and" "or" "??" "??="] @decision'
        ),
    ),
    classes=("class_declaration", "trait_declaration", "interface_declaration", "enum_declaration"),
    shapes={
        "if_statement": Shape("nest", ("body",)),
        "else_if_clause": Shape("flat", ("body",)),
        "else_clause": Shape("flat", ("body",)),
        "for_statement": Shape("nest", ("body",)),
        "foreach_statement": Shape("nest", ("body",)),
        "while_statement": Shape("nest", ("body",)),
        "do_statement": Shape("nest", ("body",)),
        "switch_statement": Shape("nest", ("body",)),
        "match_expression": Shape("nest", ("body",)),
        "catch_clause": Shape("nest", ("body",)),
        "conditional_expression": Shape("nest", ("body", "alternative")),
        "anonymous_function": Shape("free", ("body",)),
        "arrow_function": Shape("free", ("body",)),
    },
    chains=frozenset({"if_statement"}),
    jumps="""(goto_statement) @jump
        (break_statement (integer)) @jump
        (continue_statement (integer)) @jump""",
    logic=("binary_expression",),
    logical=("&&", "||", "and", "or"),
    loops=("for_statement", "foreach_statement", "while_statement", "do_statement"),
    calls=("function_call_expression", "member_call_expression", "scoped_call_expression"),
    callee=("function", "name"),
    costs=costs(
        once="""
            abs array_key_exists array_pop array_push count defined floor intdiv is_array is_int
            is_null is_string isset max min sprintf strlen
        """,
        linear="""
            array_keys array_merge array_reverse array_search array_shift array_slice array_sum
            array_unique array_unshift array_values explode implode in_array json_decode
            json_encode preg_match str_replace strpos strtolower strtoupper substr trim
        """,
        sorts="arsort asort krsort ksort rsort sort uasort uksort usort",
        each="array_filter array_map array_reduce array_walk",
    ),
    parameters="""(function_definition parameters: (formal_parameters (_) @parameter))
        (method_declaration parameters: (formal_parameters (_) @parameter))""",
    names=("name",),
    literals=(
        "integer",
        "float",
        "boolean",
        "null",
        "string_content",
        "nowdoc_string",
        "relative_scope",
    ),
)

BASH = Counting(
    language="bash",
    functions=(CountingRule("function", "(function_definition) @function"),),
    decisions=(
        CountingRule("if, elif", "[(if_statement) (elif_clause)] @decision"),
        CountingRule(
            "for, select, while, until",
            "[(for_statement) (c_style_for_statement) (while_statement)] @decision",
        ),
        CountingRule("branch of case", "(case_item) @decision"),
        CountingRule(
            "branch *): one less", '((case_item . value: (_) @_any) @spare (#eq? @_any "*"))'
        ),
        CountingRule("a ? b : c", '(ternary_expression "?" @decision)'),
        CountingRule("each &&, ||", '["&&" "||"] @decision'),
    ),
    shapes={
        "if_statement": Shape("nest", ("*",)),
        "elif_clause": Shape("flat"),
        "else_clause": Shape("flat"),
        "for_statement": Shape("nest", ("body",)),
        "c_style_for_statement": Shape("nest", ("body",)),
        "while_statement": Shape("nest", ("body",)),
        "case_statement": Shape("nest", ("*",)),
        "ternary_expression": Shape("nest", ("consequence", "alternative")),
    },
    logic=("list", "binary_expression"),
    loops=("for_statement", "c_style_for_statement", "while_statement"),
    calls=("command",),
    callee=("name",),
    costs=costs(
        once="break cd continue echo exit local printf return set shift",
        linear="awk cat cp cut find grep head sed tail tr wc",
        sorts="sort",
    ),
    parameters="",
    names=("word", "variable_name", "special_variable_name"),
    literals=("number", "string_content", "raw_string", "extglob_pattern", "regex"),
)
