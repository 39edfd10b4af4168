"""The event log: rows in columns, causes, and a limit."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit.core import EventLog, ParameterError, UnknownNameError


@pytest.fixture
def log():
    log = EventLog()
    log.emit(1, "ann", "percept", None, "cold")
    log.emit(1, "ann", "decision", 0, "close the window")
    log.emit_many(2, ["bob", "cid"], "percept", [1, (0, 1)], ["a", "b"])
    return log


def test_rows_come_back(log):
    assert len(log) == 4
    assert log[1] == (1, 1, "ann", "decision", (0,), "close the window")
    assert log[3].causes == (0, 1)
    assert [event.id for event in log] == [0, 1, 2, 3]
    assert 3 in log
    assert 4 not in log
    assert "3" not in log
    with pytest.raises(UnknownNameError, match="no event 9; kept: 0 to 3"):
        log[9]
    with pytest.raises(UnknownNameError, match="kept: none"):
        EventLog()[0]


def test_select(log):
    assert [e.id for e in log.select("percept")] == [0, 2, 3]
    assert [e.id for e in log.select(("percept", "decision"), agent="ann")] == [0, 1]
    assert [e.id for e in log.select(since=2)] == [2, 3]
    assert [e.id for e in log.select(until=1)] == [0, 1]
    assert log.last("percept", "bob").id == 2
    assert log.last("fault", "bob") is None


def test_table_and_parquet(log, tmp_path):
    table = log.frame()
    assert list(table.columns) == ["id", "time", "agent", "kind", "causes", "data"]
    log.to_parquet(tmp_path / "log.parquet")
    back = pd.read_parquet(tmp_path / "log.parquet")
    assert [tuple(c) for c in back["causes"]] == list(table["causes"])
    assert back.drop(columns="causes").equals(table.drop(columns="causes"))


@given(st.data())
def test_chain_is_what_led_to_an_event_newest_first(data):
    log, causes = EventLog(), []
    for row in range(data.draw(st.integers(1, 30))):
        drawn = data.draw(st.lists(st.integers(0, row - 1), max_size=3)) if row else []
        causes.append(tuple(drawn))
        log.emit(row, "a", "note", tuple(drawn) or None)
    start = data.draw(st.integers(0, len(log) - 1))
    led, grown = {start}, True
    while grown:
        more = {c for row in led for c in causes[row]} - led
        grown, led = bool(more), led | more
    expected = sorted(led, reverse=True)
    assert [event.id for event in log.chain(start)] == expected
    depth = data.draw(st.integers(1, 10))
    assert [event.id for event in log.chain(start, depth)] == expected[:depth]


@given(limit=st.integers(1, 20), rows=st.integers(0, 100), often=st.integers(1, 7))
def test_a_limit_keeps_the_newest_and_their_ids(limit, rows, often):
    log = EventLog(limit)
    for row in range(rows):
        assert log.emit(row, "a", "note", row - 1 if row else None, row) == row
        if row % often == 0:
            log.trim()
            assert len(list(log)) <= 2 * limit
    log.trim()
    kept = list(log)
    assert len(log) == rows
    assert [event.data for event in kept] == [event.id for event in kept]
    assert [event.id for event in kept] == list(range(rows))[rows - len(kept) :]
    assert len(kept) >= min(limit, rows)
    if kept:
        assert len(log.chain(rows - 1)) == len(kept)


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ParameterError, match="parameter 'limit' is 0"):
        EventLog(0)
