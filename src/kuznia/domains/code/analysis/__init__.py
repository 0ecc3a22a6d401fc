"""The analysis of source code: files in; proof, metrics and a rating out (docs/metrics.md)."""

from kuznia.domains.code.analysis.analyse import analyse, analyse_proven, analysed
from kuznia.domains.code.analysis.report.limits import Breach, Thresholds, breaches
from kuznia.domains.code.analysis.report.rating import left_out
from kuznia.domains.code.analysis.result import Analysis
from kuznia.domains.code.analysis.tables.rules import PROFILES, Profile

__all__ = [
    "PROFILES",
    "Analysis",
    "Breach",
    "Profile",
    "Thresholds",
    "analyse",
    "analyse_proven",
    "analysed",
    "breaches",
    "left_out",
]
