"""The counting rules, one table for each language; docs/metrics.md is printed from them."""

from kuznia.domains.code.analysis.tables.c import CPP, CSHARP, C
from kuznia.domains.code.analysis.tables.ecma import JAVASCRIPT, TSX, TYPESCRIPT
from kuznia.domains.code.analysis.tables.go import GO
from kuznia.domains.code.analysis.tables.jvm import JAVA, KOTLIN, SCALA
from kuznia.domains.code.analysis.tables.python import PYTHON
from kuznia.domains.code.analysis.tables.rules import Counting
from kuznia.domains.code.analysis.tables.rust import RUST
from kuznia.domains.code.analysis.tables.script import BASH, PHP, RUBY
from kuznia.domains.code.analysis.tables.swift import SWIFT

TABLES: dict[str, Counting] = {
    table.language: table
    for table in (
        PYTHON,
        JAVASCRIPT,
        TYPESCRIPT,
        TSX,
        GO,
        JAVA,
        RUST,
        C,
        CPP,
        CSHARP,
        RUBY,
        PHP,
        KOTLIN,
        SWIFT,
        SCALA,
        BASH,
    )
}
