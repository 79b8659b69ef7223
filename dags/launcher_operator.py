"""The launcher as an Airflow operator: one command, its exit code read as Supportlake means it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from installation import REFUSED, Settings


class LauncherOperator(BaseOperator):
    """Runs a command of ./supportlake and gives its exit code.

    Refused data (exit code 3) fails at once, since trying again cannot help, or is handed on
    when defer_refusal is set, so that a later task decides. Every other failure may pass
    (an outage, another run that holds the lake) and is tried again.
    """

    template_fields: Sequence[str] = ("arguments",)
    ui_color = "#dbe9f6"

    def __init__(self, *, arguments: list[str], defer_refusal: bool = False, **kwargs) -> None:
        super().__init__(**kwargs)
        self.arguments = arguments
        self.defer_refusal = defer_refusal
        self._hook: SubprocessHook | None = None

    def execute(self, context: Any) -> int:
        settings = Settings.of()
        command = settings.command(self.arguments)
        self._hook = SubprocessHook()
        # Without a folder of its own a command starts in one that is deleted after it.
        result = self._hook.run_command(command, env=dict(os.environ), cwd=str(settings.home))
        if result.exit_code == REFUSED and not self.defer_refusal:
            raise AirflowFailException(refusal(self.arguments))
        if result.exit_code not in (0, REFUSED):
            raise AirflowException(
                f"{' '.join(command)} ended with exit code {result.exit_code}. Its last line: {result.output}"
            )
        return result.exit_code

    def on_kill(self) -> None:
        # Without this a JVM outlives its task and keeps the lake's lock.
        if self._hook:
            self._hook.send_sigterm()


def refusal(arguments: list[str]) -> str:
    """The words for refused data."""
    return (
        f"supportlake {' '.join(arguments)} refused data. What it refused, why and who mends it stand in its log; "
        "of a run that finished, refused rows are in ops.quarantine and checks in ops.check. "
        "Running again before that is done does not help."
    )
