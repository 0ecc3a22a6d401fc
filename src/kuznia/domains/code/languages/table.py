"""The supported languages, one row each: how they look, how they are tested and proven.

`measured` comes from files, and mutants of files, that the language's own parser had judged first;
None: not measured. Tools and file names are each language's own conventions.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comments:
    """How a comment begins on a line, and how a block comment begins and ends."""

    line: tuple[str, ...]
    block: tuple[tuple[str, str], ...] = ()


SLASHES = Comments(("//",), (("/*", "*/"),))
HASH = Comments(("#",))


@dataclass(frozen=True, slots=True)
class Language:
    """One row: the names of a language, how its files look, and what can be proven of them."""

    name: str
    title: str
    # Its aliases, in lower case.
    aliases: tuple[str, ...] = ()
    # The first is the one our own files get.
    extensions: tuple[str, ...] = ()
    # The framework tests are asked in; None where there is nothing to test (markup, settings).
    tests: str | None = None
    # The name of a test file, `{}` standing for the stem of the file it tests.
    test_file: str = ""
    docs: str | None = None
    comments: Comments = SLASHES
    formatter: str = ""
    # A wheel's module and the function in it that hands out the grammar, where not the usual two.
    grammar: tuple[str, str] | None = None
    # The parser inside this process that knows the language better than the grammar does.
    reference: str | None = None
    # Per cent of right files the grammar finds fault with, and of wrong ones it finds none in.
    measured: tuple[float, float | None] | None = None
    # Why a grammar error may be no error: then it is worded as doubt and never refused outright.
    doubt: str | None = None


PROGRAMMING: tuple[Language, ...] = (
    Language(
        "python",
        "Python",
        aliases=("py", "python3", "cpython"),
        extensions=(".py", ".pyi"),
        tests="pytest",
        test_file="test_{}.py",
        docs="Google style docstrings (PEP 257)",
        comments=HASH,
        formatter="ruff format",
        reference="CPython's compiler",
        measured=(0.0, 22.2),
    ),
    Language(
        "javascript",
        "JavaScript",
        aliases=("js", "node", "nodejs", "ecmascript", "jsx"),
        extensions=(".js", ".mjs", ".cjs", ".jsx"),
        tests="node:test",
        test_file="{}.test.js",
        docs="JSDoc",
        formatter="prettier",
        measured=(0.08, 3.0),
    ),
    Language(
        "typescript",
        "TypeScript",
        aliases=("ts",),
        extensions=(".ts", ".mts", ".cts"),
        tests="Vitest",
        test_file="{}.test.ts",
        docs="TSDoc",
        formatter="prettier",
        grammar=("tree_sitter_typescript", "language_typescript"),
        measured=(1.07, 2.2),
    ),
    Language(
        "tsx",
        "TypeScript with JSX",
        aliases=("react-ts", "typescriptreact"),
        extensions=(".tsx",),
        tests="Vitest and Testing Library",
        test_file="{}.test.tsx",
        docs="TSDoc",
        formatter="prettier",
        grammar=("tree_sitter_typescript", "language_tsx"),
        measured=(0.71, None),
    ),
    Language(
        "go",
        "Go",
        aliases=("golang",),
        extensions=(".go",),
        tests="testing",
        test_file="{}_test.go",
        docs="Go doc comments",
        formatter="gofmt",
        measured=(0.08, 3.9),
    ),
    Language(
        "java",
        "Java",
        aliases=("jdk",),
        extensions=(".java",),
        tests="JUnit 5",
        test_file="{}Test.java",
        docs="Javadoc",
        formatter="google-java-format",
        measured=(0.0, 2.7),
    ),
    Language(
        "rust",
        "Rust",
        aliases=("rs",),
        extensions=(".rs",),
        tests="the built-in #[test]",
        test_file="tests/{}.rs",
        docs="rustdoc (///)",
        formatter="rustfmt",
        measured=(0.0, 5.0),
    ),
    Language(
        "ruby",
        "Ruby",
        aliases=("rb",),
        extensions=(".rb", ".rake"),
        tests="Minitest",
        test_file="{}_test.rb",
        docs="YARD",
        comments=Comments(("#",), (("=begin", "=end"),)),
        formatter="rubocop",
        measured=(0.06, 4.4),
    ),
    Language(
        "php",
        "PHP",
        aliases=("php8",),
        extensions=(".php",),
        tests="PHPUnit",
        test_file="{}Test.php",
        docs="PHPDoc",
        comments=Comments(("//", "#"), (("/*", "*/"),)),
        formatter="php-cs-fixer",
        grammar=("tree_sitter_php", "language_php"),
        measured=(0.33, 0.3),
    ),
    Language(
        "bash",
        "Bash",
        aliases=("sh", "shell", "zsh"),
        extensions=(".sh", ".bash"),
        tests="bats-core",
        test_file="{}.bats",
        docs="header comments (shdoc)",
        comments=HASH,
        formatter="shfmt",
        measured=(0.0, 5.7),
    ),
    Language(
        "kotlin",
        "Kotlin",
        aliases=("kt",),
        extensions=(".kt", ".kts"),
        tests="kotlin.test",
        test_file="{}Test.kt",
        docs="KDoc",
        formatter="ktlint",
        measured=(2.1, None),
    ),
    Language(
        "swift",
        "Swift",
        extensions=(".swift",),
        tests="XCTest",
        test_file="{}Tests.swift",
        docs="DocC (///)",
        formatter="swift-format",
        measured=(5.0, None),
    ),
    Language(
        "csharp",
        "C#",
        aliases=("c#", "cs", "dotnet"),
        extensions=(".cs", ".csx"),
        tests="xUnit",
        test_file="{}Tests.cs",
        docs="XML documentation comments (///)",
        formatter="dotnet format",
        grammar=("tree_sitter_c_sharp", "language"),
        measured=(11.9, None),
        doubt="conditional compilation",
    ),
    Language(
        "cpp",
        "C++",
        aliases=("c++", "cxx", "cplusplus"),
        extensions=(".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx"),
        tests="GoogleTest",
        test_file="{}_test.cpp",
        docs="Doxygen",
        formatter="clang-format",
        measured=(25.7, None),
        doubt="preprocessor macros",
    ),
    Language(
        "c",
        "C",
        aliases=("ansi-c", "c99", "c11"),
        extensions=(".c", ".h"),
        tests="Unity",
        test_file="test_{}.c",
        docs="Doxygen",
        formatter="clang-format",
        measured=(49.8, None),
        doubt="preprocessor macros",
    ),
    Language(
        "objc",
        "Objective-C",
        aliases=("objective-c", "objectivec", "obj-c"),
        extensions=(".m",),
        tests="XCTest",
        test_file="{}Tests.m",
        docs="HeaderDoc",
        formatter="clang-format",
        doubt="preprocessor macros",
    ),
    Language(
        "sql",
        "SQL",
        aliases=("postgresql", "postgres", "mysql", "sqlite", "psql"),
        extensions=(".sql",),
        tests="pgTAP",
        test_file="{}_test.sql",
        docs="COMMENT ON and -- comments",
        comments=Comments(("--",), (("/*", "*/"),)),
        formatter="sqlfluff",
        measured=(8.1, None),
        doubt="SQL dialects",
    ),
    Language(
        "scala",
        "Scala",
        aliases=("sc",),
        extensions=(".scala", ".sc"),
        tests="MUnit",
        test_file="{}Suite.scala",
        docs="Scaladoc",
        formatter="scalafmt",
    ),
    Language(
        "lua",
        "Lua",
        aliases=("luajit",),
        extensions=(".lua",),
        tests="busted",
        test_file="{}_spec.lua",
        docs="LDoc",
        comments=Comments(("--",), (("--[[", "]]"),)),
        formatter="stylua",
    ),
    Language(
        "perl",
        "Perl",
        aliases=("pl", "perl5"),
        extensions=(".pl", ".pm", ".t"),
        tests="Test::More",
        test_file="{}.t",
        docs="POD",
        comments=HASH,
        formatter="perltidy",
    ),
    Language(
        "julia",
        "Julia",
        aliases=("jl",),
        extensions=(".jl",),
        tests="Test",
        test_file="test_{}.jl",
        docs="Markdown docstrings",
        comments=Comments(("#",), (("#=", "=#"),)),
        formatter="JuliaFormatter",
    ),
    Language(
        "haskell",
        "Haskell",
        aliases=("hs",),
        extensions=(".hs",),
        tests="Hspec",
        test_file="{}Spec.hs",
        docs="Haddock",
        comments=Comments(("--",), (("{-", "-}"),)),
        formatter="ormolu",
    ),
    Language(
        "elixir",
        "Elixir",
        aliases=("ex",),
        extensions=(".ex", ".exs"),
        tests="ExUnit",
        test_file="{}_test.exs",
        docs="@moduledoc and @doc",
        comments=HASH,
        formatter="mix format",
    ),
    Language(
        "ocaml",
        "OCaml",
        aliases=("ml",),
        extensions=(".ml",),
        tests="Alcotest",
        test_file="test_{}.ml",
        docs="odoc",
        comments=Comments((), (("(*", "*)"),)),
        formatter="ocamlformat",
        grammar=("tree_sitter_ocaml", "language_ocaml"),
    ),
    Language(
        "dart",
        "Dart",
        aliases=("flutter",),
        extensions=(".dart",),
        tests="package:test",
        test_file="{}_test.dart",
        docs="dartdoc (///)",
        formatter="dart format",
    ),
    Language(
        "zig",
        "Zig",
        extensions=(".zig",),
        tests="the built-in test",
        test_file="{}_test.zig",
        docs="/// comments",
        comments=Comments(("//",)),
        formatter="zig fmt",
    ),
    Language(
        "powershell",
        "PowerShell",
        aliases=("pwsh", "ps1", "ps"),
        extensions=(".ps1", ".psm1"),
        tests="Pester",
        test_file="{}.Tests.ps1",
        docs="comment-based help",
        comments=Comments(("#",), (("<#", "#>"),)),
        formatter="PSScriptAnalyzer",
    ),
    Language(
        "solidity",
        "Solidity",
        aliases=("sol",),
        extensions=(".sol",),
        tests="Foundry",
        test_file="{}.t.sol",
        docs="NatSpec",
        formatter="forge fmt",
    ),
    Language(
        "groovy",
        "Groovy",
        extensions=(".groovy", ".gradle"),
        tests="Spock",
        test_file="{}Spec.groovy",
        docs="Groovydoc",
        formatter="npm-groovy-lint",
        doubt="a grammar that knows only part of the language",
    ),
    Language(
        "fortran",
        "Fortran",
        aliases=("f90", "fortran90"),
        extensions=(".f90", ".f95", ".f03", ".f08"),
        tests="test-drive",
        test_file="test_{}.f90",
        docs="FORD",
        comments=Comments(("!",)),
        formatter="fprettify",
    ),
)
