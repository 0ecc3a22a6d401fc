"""The look of tests in each language: what marks a file as tests, and what asserts something."""

import re
from functools import cache

_XUNIT = (
    r"@Test\b|@ParameterizedTest|\bfun `",
    # A test of Spring that only starts the application fails where that does not start.
    r"\b\w{0,40}(?i:assert|verify|expect)\w*[ \t]*[.({<]|\bfail\(|should|@SpringBootTest\b",
)
_JS = (
    r"^[ \t]*(?:test|it|describe)(?:\.\w+)*\(",
    r"\bexpect\w*[(<.]|\bassert\w*[(.]|['\"/](?:node:)?assert(?:/strict)?['\"]|\.should\b|\bt\.\w+\(|\.expect\(",
)
_C = (
    r"\bTEST(?:_F|_P|_CASE)?\s*\(|^Test\s*\(|\bRUN_TEST\(|\bvoid\s+test_\w+\(",
    r"\b(?:TEST_)?(?:ASSERT|EXPECT|CHECK|REQUIRE)\w*\s*\(|\bassert\w*\s*\("
    r"|\b(?:cr|ck)_(?:assert|expect)|\bCU_|\bmu_assert",
)

# By language: a line that only tests have, and a form that asserts.
_FORMS: dict[str, tuple[str, str]] = {
    "python": (
        r"^[ \t]*(?:async\s+)?def test_|^import (?:pytest|unittest)\b|^from (?:pytest|unittest)\b",
        r"\bassert|\b(?:raises|warns|fail|testmod|testfile)\(|\.TestCase\b",
    ),
    "javascript": _JS,
    "typescript": _JS,
    "tsx": _JS,
    "go": (
        r"^func (?:Test|Fuzz|Example)\w*\(",
        r"\b[tb]\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(|\b(?:assert|require)\."
        r"|// (?:Unordered o|O)utput:"
        # What is handed `t` can fail the test.
        r"|\b(?!func\b|Run\b|Helper\b)\w+\([tbc][,)]|\bfunc Example",
    ),
    "java": _XUNIT,
    "kotlin": _XUNIT,
    "groovy": (
        r"\bextends Specification\b|@Test\b",
        r"^[ \t]*(?:then|expect):|\bassert\w*\b|thrown\(",
    ),
    "scala": (
        r"\bextends \w*(?:Suite|Spec|FunSuite|AnyFlatSpec)\b|^[ \t]*test\(",
        r"\bassert\w*\b|\bintercept\[|\bshould\w*\b|\bmust\b|==>",
    ),
    # Not those in a module at the end of the code: they are further in.
    "rust": (r"^#\[(?:\w+::)*test\b", r"\b(?:debug_|prop_)?assert\w*[!(:<]|#\[should_panic"),
    "ruby": (
        r"\bMinitest::|\brequire ['\"]minitest|\bRSpec\.describe|^[ \t]*describe\b|def test_",
        r"\bassert\w*\b|\brefute\w*\b|\bexpect\b|\bmust_\w+|\bflunk\b",
    ),
    "php": (
        r"\bextends TestCase\b|^[ \t]*(?:test|it)\(",
        r"\b(?:assert\w+|expect\w*|should\w*|see\w*)\(",
    ),
    "bash": (r"^[ \t]*@test\b|\bassert_\w+", r"\[\[?\s|\bassert\w*\b|\brefute\w*\b|\btest\s"),
    "swift": (
        r"\bXCTestCase\b|@Test\b|@Suite\b",
        r"\bXCT\w+\(|#expect\b|#require\b|\b[Aa]ssert\w*[(<]",
    ),
    "csharp": (
        r"\[(?:Fact|Theory|Test|TestMethod|TestCase)\b",
        r"\bAssert\w*\.|\.Should\w*\(|\.(?:Verify\w*|Received\w*)\(|\bVerify\(",
    ),
    "cpp": _C,
    "c": _C,
    "objc": (r"\bXCTestCase\b", r"\bXCT\w+\("),
    "sql": (
        r"\bselect\s+plan\(|\bno_plan\(\)",
        r"\b(?:ok|is|isnt|is_empty|throws_ok|lives_ok|results_eq|set_eq|has_\w+|col_\w+)\s*\("
        r"|(?i:\bassert\b|\braise\s+exception\b)",
    ),
    "lua": (r"^[ \t]*describe\(|^[ \t]*it\(", r"\bassert"),
    "perl": (
        r"\bTest::\w+",
        r"\b(?:ok|is|isnt|like|unlike|is_deeply|cmp_ok|throws_ok|dies_ok|fail)\b",
    ),
    "julia": (r"@testset\b|\busing Test\b", r"@test\w*\b"),
    "haskell": (
        r"\bTest\.(?:Hspec|Tasty|QuickCheck|HUnit)\b",
        r"\bshould\w+\b|@\?=|@=\?|\bassert\w*\b|\bproperty\b|\btestProperty\b|==[>=]",
    ),
    "elixir": (r"\buse ExUnit\.Case\b", r"\bassert\w*\b|\brefute\w*\b|\bdoctest\b"),
    "ocaml": (r"\bAlcotest\b|\bOUnit2?\b|let%test", r"\bcheck\w*\b|\bassert\w*\b|let%test"),
    "dart": (r"package:test/|package:flutter_test/", r"\bexpect\w*\("),
    "zig": (r"^test\s+[\"\w{]", r"\bexpect\w*\("),
    "powershell": (r"^[ \t]*Describe\b", r"\bShould\b"),
    "solidity": (r"\bis\s+(?:\w+,\s*)*\w*Test\b|\bforge-std\b", r"\bassert\w*\(|\bvm\.expect\w+\("),
    "fortran": (r"\btestdrive\b|\btest_\w+", r"\bcheck\s*\(|\bassert\w*\b"),
}

# What asserts something of a constant, and so nothing.
_EMPTY = re.compile(
    r"\bexpect\([ \t]*+(?:true|false|\d+|'[^'\n]*'|\"[^\"\n]*\")[ \t]*+\)"
    r"\.(?:toBe|toEqual|toStrictEqual|toBeTruthy|toBeFalsy|toBeDefined)\([^()\n]{0,40}\)"
    r"|\bassert(?:_eq|Equals?|True|That)?!?[ \t(]{1,3}(?:True|true|1[ \t]*[,=]+[ \t]*1)\b\)?"
)
_TEST_FOLDER = re.compile(r"(?:^|/)(?:tests?|specs?|__tests__)/")
_TEST_NAME = re.compile(
    r"^test_|[._-](?:test|spec)s?\.|(?:Test|Tests|Spec|Suite)\.\w+$|\.t\.sol$|\.bats$"
)


@cache
def _compiled(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    marks, asserts = _FORMS[language]
    return re.compile(marks, re.MULTILINE), re.compile(asserts, re.MULTILINE)


def looks_like_tests(content: str, language: str) -> bool:
    """Whether a file contains something that only tests have."""
    return language in _FORMS and bool(_compiled(language)[0].search(content))


def is_test_path(path: str) -> bool:
    """Whether a file has the name of a test file."""
    return bool(_TEST_FOLDER.search(path) or _TEST_NAME.search(path.rpartition("/")[2]))


def asserts(content: str, language: str) -> bool:
    """Whether a file contains an assertion."""
    if language not in _FORMS:
        return True
    return bool(_compiled(language)[1].search(_EMPTY.sub("", content)))
