"""An nbclient that also moves every widget before it lets the kernel go.

`nbclient` runs the cells; this client listens for what goes wrong without failing a cell, moves every widget
of the finished notebook (see `kernel`), and gathers one report.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

from mas_kit.classroom.notebooks.kernel import MIME
from mas_kit.classroom.notebooks.kernel.traces import plain, strings, summary, traceback_in
from mas_kit.classroom.notebooks.report import Problem, Report

_KERNEL = Path(__file__).parent / "kernel" / "__init__.py"
_INSTALL = f"""
import importlib.util as _u, sys as _s
_spec = _u.spec_from_file_location("_mas_kit_check", {str(_KERNEL)!r},
                                   submodule_search_locations=[{str(_KERNEL.parent)!r}])
_s.modules["_mas_kit_check"] = _m = _u.module_from_spec(_spec)
_spec.loader.exec_module(_m)
_m.install(get_ipython(), offline={{offline}})
del _u, _s, _spec, _m
"""
_DRIVE = "await __import__('sys').modules['_mas_kit_check'].drive()"


class CheckingClient(NotebookClient):
    """Runs a notebook, moves its widgets, and keeps what went wrong (`report`)."""

    def __init__(self, nb: Any, km: Any = None, *, offline: bool = True, patience: float = 120, **kw: Any):
        super().__init__(nb, km, **kw)
        self.offline, self.patience = offline, patience
        self._cell_of: dict[str, int] = {}  # widget -> the cell that made it
        self._rows: list[dict[str, Any]] = []  # what the kernel's part published
        self._drive_cell: Any = None
        self._drove = False

    @asynccontextmanager
    async def async_setup_kernel(self, **kwargs: Any) -> AsyncGenerator[None, None]:
        """The kernel, with our part in it from before the first cell to after the last."""
        async with super().async_setup_kernel(**kwargs):
            assert self.kc is not None
            message = self.kc.execute(_INSTALL.format(offline=self.offline), silent=True, store_history=False)
            reply = await self.async_wait_for_reply(message)
            if reply is None or reply["content"]["status"] != "ok":
                raise RuntimeError(f"the notebook check could not be set up in the kernel: {reply}")
            try:
                yield
            except CellTimeoutError:
                self.shutdown_kernel = "immediate"  # it is busy, it would not listen
                raise
            await self._drive()

    async def _drive(self) -> None:
        cell: Any = nbformat.v4.new_code_cell(_DRIVE)  # type: ignore[no-untyped-call]
        self._drive_cell, hooks = cell, (self.on_cell_executed, self.nb.cells)
        self.on_cell_executed = None  # type: ignore[assignment]  # a caller's hook is for the notebook's cells
        self.nb.cells = [*self.nb.cells, cell]
        try:
            await self.async_execute_cell(cell, len(self.nb.cells) - 1, store_history=False)
            self._drove = True
        except CellTimeoutError:
            self.shutdown_kernel = "immediate"
        finally:
            self.on_cell_executed, self.nb.cells = hooks

    def _get_timeout(self, cell: Any) -> int | None:
        if cell is not None and cell is self._drive_cell:
            return int(self.patience)
        timeout: int | None = super()._get_timeout(cell)
        return timeout

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Keep our rows out of the notebook, and remember which cell made which widget."""
        content = msg["content"]
        if msg["msg_type"] == "display_data" and MIME in content.get("data", {}):
            self._rows.append(content["data"][MIME])
            return None
        if msg["msg_type"] == "comm_open" and cell is not self._drive_cell:
            self._cell_of[content["comm_id"]] = cell_index
        return super().process_message(msg, cell, cell_index)

    def report(self, path: Path | str) -> Report:
        """What the run and the moves showed. What a cell raised is the caller's."""
        code = [cell for cell in self.nb.cells if cell.cell_type == "code"]
        moved = [row for row in self._rows if row["kind"] == "move"]
        return Report(
            Path(path),
            sum(bool(cell.get("execution_count")) for cell in code),
            len({row["widget"] for row in moved}),
            len(moved),
            _merged(self._problems()),
        )

    def _problems(self) -> Iterator[Problem]:
        counts = {cell.get("execution_count"): k for k, cell in enumerate(self.nb.cells)}
        for row in self._rows:  # a widget that was born while another one moved belongs to that one's cell
            if row["kind"] == "born":
                self._cell_of.setdefault(row["name"], self._cell_of.get(row["widget"], -1))
        for k, cell in enumerate(self.nb.cells):
            yield from self._shown(k, cell)
        for key, state in self.widget_state.items():
            yield from self._held(key, state)
        for row in self._rows:
            if row["kind"] == "fault":
                cell = self._cell_of.get(row["widget"], counts.get(row["cell"], -1))
                where = {
                    "widget": row["name"],
                    "move": row["move"],
                    "seen": row["seen"],
                    "trace": row["trace"],
                }
                yield self._problem(cell, row["error"], **where)
        if self._drive_cell is not None and not self._drove:
            moves = [row for row in self._rows if row["kind"] == "move"]
            last = moves[-1] if moves else {"widget": "", "name": "the kernel", "move": "after the last cell"}
            error = f"did not come back within {self.patience:g} seconds"
            cell = self._cell_of.get(last["widget"], -1)
            yield self._problem(cell, error, widget=last["name"], move=last["move"])

    def _shown(self, index: int, cell: Any) -> Iterator[Problem]:
        """A traceback in a cell's own outputs."""
        may_raise = "raises-exception" in cell.metadata.get("tags", [])
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                if not may_raise:
                    trace = plain("\n".join(output.traceback))
                    yield self._problem(index, f"{output.ename}: {output.evalue}", trace=trace)
            elif found := traceback_in(output):
                seen = f"its {output.get('name') or 'output'}"
                yield self._problem(index, summary(found), seen=seen, trace=found)

    def _held(self, key: str, state: dict[str, Any]) -> Iterator[Problem]:
        """A traceback inside the state of a widget, as a reader would see it on the screen."""
        if found := traceback_in(state):
            name = re.sub(r"Model$", "", str(state.get("_model_name", "widget")))
            words = next((w for w in strings([state.get("description"), state.get("label")]) if w), "")
            widget = f"{name} {words!r}" if words else name
            cell = self._cell_of.get(key, -1)
            yield self._problem(cell, summary(found), widget=widget, seen="what it shows", trace=found)

    def _problem(self, index: int, error: str, **where: str) -> Problem:
        known = 0 <= index < len(self.nb.cells)
        cell_id = self.nb.cells[index].get("id", "?") if known else ""
        return Problem(index + 1 if known else 0, cell_id, error.strip(), **where)


def _merged(problems: Iterator[Problem]) -> tuple[Problem, ...]:
    """One line for one fault: it shows up in the widget, on stderr and in a log, and at each end of a slider.

    The line that stays is the one that names a move; two widgets with the same fault keep a line each.
    """
    kept: dict[tuple[int, str, str], Problem] = {}
    for problem in problems:
        kept.setdefault((problem.cell, problem.error, problem.widget if problem.move else ""), problem)
    named = {(cell, error) for cell, error, widget in kept if widget}
    stay = [p for (cell, error, widget), p in kept.items() if widget or (cell, error) not in named]
    return tuple(sorted(stay, key=lambda problem: problem.cell))
