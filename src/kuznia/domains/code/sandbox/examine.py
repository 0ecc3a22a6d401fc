"""What `kuznia doctor` reports on the sandbox."""

from kuznia.domains.code.sandbox.suites import RUNNERS
from kuznia.domains.code.sandbox.trial import open_sandbox
from kuznia.domains.code.settings import CodeSettings
from kuznia.forge.terms import Symptom


async def examine(settings: CodeSettings) -> list[Symptom]:
    """Whether code and tests are run on this machine, and in which languages."""
    if settings.code_run_tests != "sandbox":
        state = "off: code is accepted without being run"
        return [Symptom("sandbox", state, advice="set CODE_RUN_TESTS=sandbox to have it run")]
    async with open_sandbox(settings.code_packages) as sandbox:
        if sandbox.host.box is None:
            state = "unavailable: no tests are run"
            advice = "; ".join(sandbox.host.reasons)
            return [Symptom("sandbox", state, well=False, advice=advice)]
        lacking = {language: sandbox.lacks(language) for language in RUNNERS}
    runners = [
        # Node and Go are only needed for their languages; pytest comes from pip, as Kuznia did.
        Symptom("sandbox", f"no test in {language} is run", language != "python", reason)
        if reason
        else Symptom("sandbox", f"runs tests in {language}")
        for language, reason in lacking.items()
    ]
    return [Symptom("sandbox", f"withstands {len(sandbox.host.checks)} attacks"), *runners]
