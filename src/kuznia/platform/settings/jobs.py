"""Settings of jobs: orders that are made whether or not anybody waits for them."""

from typing import Annotated

from pydantic import Field

from kuznia.platform.settings.types import Count, Seconds, SettingsGroup


class JobSettings(SettingsGroup):
    """How many jobs there may be, and how they are tried."""

    jobs_at_once: int = Field(
        default=4,
        ge=0,
        le=1000,
        description="Jobs that one process works on at the same time; with 0 it takes them in and "
        "leaves the work to other processes.",
    )
    jobs_per_caller: Count = Field(
        default=2, description="Jobs of one caller that may run at the same time, in all processes."
    )
    jobs_waiting: Count = Field(
        default=1000, description="Jobs of one caller that may wait; beyond that, more are refused."
    )
    job_attempts: int = Field(
        default=5,
        ge=1,
        le=100,
        description="How often a job is tried while it fails for a reason that may pass, such as a "
        "model that does not answer, or a process that is killed.",
    )
    job_wait: Seconds = Field(
        default=5,
        description="Seconds before the second attempt; the wait grows fourfold with each attempt.",
    )
    job_lease: Annotated[float, Field(ge=1, le=3600)] = Field(
        default=30,
        description="Seconds after which the jobs of a killed process are taken up by another.",
    )
    job_retention: Annotated[int, Field(ge=1, le=36_500)] = Field(
        default=7,
        description="Days for which a job that has ended can be seen, or requeued if it made no "
        "artefact; never longer than `ARTEFACT_RETENTION`.",
    )
    webhooks_per_caller: Count = Field(default=10, description="Webhooks that one caller may have.")
    webhook_timeout: Annotated[float, Field(ge=1, le=30)] = Field(
        default=15, description="Seconds within which the receiver of a webhook must answer."
    )
    webhook_private_targets: bool = Field(
        default=False,
        description="Allow webhooks to `http` addresses, to this machine and to private networks. "
        "Callers can then have this server connect to anything it can reach.",
    )
