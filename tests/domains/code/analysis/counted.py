"""Sources counted in one call, for tests that look at one number."""

from kuznia.domains.code.analysis import Profile, analyse
from kuznia.domains.code.analysis.result import FileAnalysis, Function
from kuznia.domains.code.schema import File


def a_file(content: str, language: str = "python", path: str = "source") -> File:
    return File(path=path, language=language, content=content)


def file_of(content: str, language: str = "python", profile: Profile = "default") -> FileAnalysis:
    return analyse([a_file(content, language)], profile=profile).files[0]


def functions_of(
    content: str, language: str = "python", profile: Profile = "default"
) -> dict[str, Function]:
    return {one.name: one for one in file_of(content, language, profile).functions}


def only(content: str, language: str = "python", profile: Profile = "default") -> Function:
    """The function of a source that has one."""
    (function,) = file_of(content, language, profile).functions
    return function
