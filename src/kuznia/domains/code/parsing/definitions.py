"""The tree-sitter queries for the names of functions (@f), of types (@t), and the whole (@d)."""

_JS = """
(function_declaration name: (identifier) @f) @d
(generator_function_declaration name: (identifier) @f) @d
(method_definition name: (property_identifier) @f) @d
(variable_declarator name: (identifier) @f value: [(arrow_function) (function_expression)]) @d
"""
_TS = f"""
{_JS}
(function_signature name: (identifier) @f) @d
(class_declaration name: (type_identifier) @t) @d
(abstract_class_declaration name: (type_identifier) @t) @d
(interface_declaration name: (type_identifier) @t) @d
(type_alias_declaration name: (type_identifier) @t) @d
(enum_declaration name: (identifier) @t) @d
"""
_C = """
(function_definition declarator: (function_declarator declarator: (identifier) @f)) @d
(function_definition
  declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @f))) @d
(struct_specifier name: (type_identifier) @t body: (_)) @d
(enum_specifier name: (type_identifier) @t body: (_)) @d
(type_definition declarator: (type_identifier) @t) @d
"""

QUERIES: dict[str, str] = {
    "python": """
(function_definition name: (identifier) @f) @d
(class_definition name: (identifier) @t) @d
""",
    "javascript": f"{_JS} (class_declaration name: (identifier) @t) @d",
    "typescript": _TS,
    "tsx": _TS,
    "go": """
(function_declaration name: (identifier) @f) @d
(method_declaration name: (field_identifier) @f) @d
(type_spec name: (type_identifier) @t) @d
(type_alias name: (type_identifier) @t) @d
""",
    "java": """
(method_declaration name: (identifier) @f) @d
(class_declaration name: (identifier) @t) @d
(interface_declaration name: (identifier) @t) @d
(enum_declaration name: (identifier) @t) @d
(record_declaration name: (identifier) @t) @d
""",
    "rust": """
(function_item name: (identifier) @f) @d
(struct_item name: (type_identifier) @t) @d
(enum_item name: (type_identifier) @t) @d
(trait_item name: (type_identifier) @t) @d
(type_item name: (type_identifier) @t) @d
""",
    "ruby": """
(method name: (identifier) @f) @d
(singleton_method name: (identifier) @f) @d
(class name: (constant) @t) @d
(module name: (constant) @t) @d
""",
    "php": """
(function_definition name: (name) @f) @d
(method_declaration name: (name) @f) @d
(class_declaration name: (name) @t) @d
(interface_declaration name: (name) @t) @d
(trait_declaration name: (name) @t) @d
(enum_declaration name: (name) @t) @d
""",
    "bash": "(function_definition name: (word) @f) @d",
    "kotlin": """
(function_declaration name: (identifier) @f) @d
(class_declaration name: (identifier) @t) @d
(object_declaration name: (identifier) @t) @d
""",
    "swift": """
(function_declaration name: (simple_identifier) @f) @d
(class_declaration name: (type_identifier) @t) @d
(protocol_declaration name: (type_identifier) @t) @d
""",
    "csharp": """
(method_declaration name: (identifier) @f) @d
(class_declaration name: (identifier) @t) @d
(interface_declaration name: (identifier) @t) @d
(struct_declaration name: (identifier) @t) @d
(enum_declaration name: (identifier) @t) @d
(record_declaration name: (identifier) @t) @d
""",
    "c": _C,
    "cpp": f"{_C} (class_specifier name: (type_identifier) @t body: (_)) @d",
    "objc": """
(class_interface . (identifier) @t) @d
(protocol_declaration . (identifier) @t) @d
(method_definition (method_type) . (identifier) @f) @d
(function_definition declarator: (function_declarator declarator: (identifier) @f)) @d
""",
    "sql": """
(create_table (object_reference name: (identifier) @t)) @d
(create_view (object_reference name: (identifier) @t)) @d
(create_function (object_reference name: (identifier) @f)) @d
""",
    "scala": """
(function_definition name: (identifier) @f) @d
(class_definition name: (identifier) @t) @d
(object_definition name: (identifier) @t) @d
(trait_definition name: (identifier) @t) @d
(enum_definition name: (identifier) @t) @d
""",
    "lua": """
(function_declaration name: (identifier) @f) @d
(function_declaration name: (dot_index_expression field: (identifier) @f)) @d
(function_declaration name: (method_index_expression method: (identifier) @f)) @d
""",
    "perl": """
(subroutine_declaration_statement name: (bareword) @f) @d
(package_statement name: (package) @t) @d
""",
    "julia": """
(function_definition (signature (call_expression . (identifier) @f))) @d
(assignment . (call_expression . (identifier) @f)) @d
(struct_definition (type_head (identifier) @t)) @d
(abstract_definition (type_head (identifier) @t)) @d
""",
    "haskell": """
(declarations (signature name: (variable) @f) @d)
(data_type name: (name) @t) @d
(newtype name: (name) @t) @d
(class name: (name) @t) @d
(type_synonym name: (name) @t) @d
""",
    "elixir": """
((call target: (identifier) @_k (arguments (call target: (identifier) @f))) @d
  (#any-of? @_k "def" "defmacro"))
((call target: (identifier) @_k
  (arguments (binary_operator left: (call target: (identifier) @f)))) @d
  (#any-of? @_k "def" "defmacro"))
((call target: (identifier) @_k (arguments (alias) @t)) @d (#eq? @_k "defmodule"))
""",
    "ocaml": """
(compilation_unit (value_definition (let_binding pattern: (value_name) @f)) @d)
(type_binding name: (type_constructor) @t) @d
(module_binding (module_name) @t) @d
""",
    "dart": """
(program (function_signature name: (identifier) @f) @d)
(method_signature (function_signature name: (identifier) @f)) @d
(class_definition name: (identifier) @t) @d
(enum_declaration name: (identifier) @t) @d
""",
    "zig": """
(function_declaration name: (identifier) @f) @d
(variable_declaration (identifier) @t (struct_declaration)) @d
""",
    "powershell": """
(function_statement (function_name) @f) @d
(class_statement . (simple_name) @t) @d
""",
    "solidity": """
(function_definition name: (identifier) @f) @d
(contract_declaration name: (identifier) @t) @d
(interface_declaration name: (identifier) @t) @d
(library_declaration name: (identifier) @t) @d
""",
    "groovy": """
(method_declaration name: (identifier) @f) @d
(function_definition name: (identifier) @f) @d
(class_declaration name: (identifier) @t) @d
""",
    "fortran": """
(subroutine_statement name: (name) @f) @d
(function_statement name: (name) @f) @d
(module_statement (name) @t) @d
""",
}
