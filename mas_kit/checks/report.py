"""What a conformance check found: each failure names the likely cause and the fix."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from mas_kit.core import MasKitError


class Failure(NamedTuple):
    """One rule that does not hold: its name, what was seen, the likely cause, and what to do about it."""

    check: str
    what: str
    cause: str
    fix: str

    def __str__(self) -> str:
        return f"{self.check}: {self.what}\n  likely cause: {self.cause}\n  fix: {self.fix}"


class ConformanceError(MasKitError):
    """A policy, an agent or a model breaks a rule. `report` says which, why, and how to mend it."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


class Report:
    """The outcome of a conformance check.

    Attributes:
        subject: what was checked.
        passed: the names of the checks that hold.
        failures: what does not hold; empty when all is well.
        skipped: the checks that could not be made, each with the reason.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.passed: list[str] = []
        self.failures: list[Failure] = []
        self.skipped: dict[str, str] = {}

    @property
    def ok(self) -> bool:
        """Did everything that could be checked hold?"""
        return not self.failures

    def failed(self, check: str) -> bool:
        """Did this check fail?"""
        return any(failure.check == check for failure in self.failures)

    def add(self, check: str, failures: list[Failure]) -> None:
        """Note the outcome of one check; the same finding is noted once."""
        for failure in failures:
            if failure not in self.failures:
                self.failures.append(failure)
        if not failures and check not in self.passed and not self.failed(check):
            self.passed.append(check)
        if failures and check in self.passed:
            self.passed.remove(check)

    def skip(self, check: str, reason: str) -> None:
        """Note that a check could not be made."""
        self.skipped[check] = reason

    def settle(self, raise_: bool) -> Report:
        """The report itself; ConformanceError instead when something failed and `raise_` is set."""
        if raise_ and self.failures:
            raise ConformanceError(self)
        return self

    def _verdict(self) -> str:
        if self.failures:
            return f"breaks {_count(len(self.failures), 'rule')}"
        return "conforms" if self.passed else "could not be checked"

    def __str__(self) -> str:
        lines = [f"{self.subject} {self._verdict()}"]
        lines += [f"✗ {failure}" for failure in self.failures]
        lines += [f"✓ {name}" for name in self.passed]
        lines += [f"– {name}: not checked, {reason}" for name, reason in self.skipped.items()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<report on {self.subject}: {'ok' if self.ok else _count(len(self.failures), 'failure')}>"

    def _repr_html_(self) -> str:
        rows = [
            f"<tr><td>✗</td><td><b>{escape(f.check)}</b></td><td>{escape(f.what)}<br>"
            f"<i>likely cause:</i> {escape(f.cause)}<br><i>fix:</i> {escape(f.fix)}</td></tr>"
            for f in self.failures
        ]
        rows += [f"<tr><td>✓</td><td>{escape(name)}</td><td></td></tr>" for name in self.passed]
        rows += [
            f"<tr><td>–</td><td>{escape(name)}</td><td>not checked: {escape(reason)}</td></tr>"
            for name, reason in self.skipped.items()
        ]
        head = f"<p><b>{escape(self.subject)}</b> {self._verdict()}</p>"
        return f'{head}<table style="text-align:left">{"".join(rows)}</table>'


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
