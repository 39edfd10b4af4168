"""The blackboard: versions, conflicts, subscriptions, and requests that are carried out once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mas_kit import ParameterError
from mas_kit.protocols import Blackboard, Conversations, Entry, Source
from tests.protocols.examples import examples, note
from tests.protocols.wire import Wire, harmless, scripts


def board(policies, script=(), until=30, **settings):
    line = Wire({n: Conversations(n) for n in ("boss", *policies)}, policies, script)
    line.start("boss", Blackboard(list(policies), until=until), "c")
    for name in policies:
        line.start(name, Source("boss", until=until, **settings), "c")
    return line


def listed(*requests):
    """A source that goes through a list of requests, one after the other."""
    left = list(requests)
    return lambda q: q.answer(*left.pop(0)) if left else None


def test_write_read_and_refuse():
    line = board({"a": listed(("request", ("k", 1)), ("request", ("k", 2)))})
    line.run(40)
    assert line.outcome("boss", "c").value == (Entry("k", 1, 1, "a"), Entry("k", 2, 2, "a"))
    stale = []

    def late(q):
        stale.append(q.content)
        if q.content.last == "":
            return q.answer("request", ("k", 9)) if line.now == 6 else None
        return None

    line = board({"a": listed(("request", ("k", 1))), "b": late})
    line.run(40)
    assert line.outcome("boss", "c").value == (Entry("k", 1, 1, "a"),)
    assert stale[-1].last == "refused"
    assert stale[-1].entries == {"k": Entry("k", 1, 1, "a")}


def test_readers_are_told():
    line = board({"a": lambda q: q.answer("request", ("k", line.now)) if line.now in (5, 9) else None,
                  "b": listed(("subscribe", "k"))})  # fmt: skip
    line.run(40)
    assert line.outcome("b", "c").value == {"k": Entry("k", 9, 2, "a")}
    assert line.count()["query-ref"] == 0


def test_an_empty_entry_is_read_as_version_0():
    line = board({"a": listed(("query-ref", "k"))})
    line.run(40)
    assert line.outcome("a", "c").value == {"k": Entry("k", None, 0, "")}


def test_an_unanswered_request_is_sent_again_and_then_given_up():
    seen = []

    def source(q):
        seen.append(q.content.last)
        return q.answer("request", ("k", 1)) if q.content.last == "" else None

    lost = [("lose", 0, None)] * 3
    line = board({"a": source}, lost, retry=2, tries=3)
    line.run(40)
    assert line.count() == {"request": 3}
    assert seen[-1] == "unanswered"
    with pytest.raises(ParameterError, match="retry"):
        Source("boss", until=3, retry=0)


def counting(times):
    """Adds 1 to a shared number so many times, each time over what it has read."""
    done = [0]
    pending = [False]

    def answer(q):
        if pending[0] and q.content.last == "written":
            done[0] += 1
        pending[0] = False
        if done[0] >= times or q.content.last == "unanswered":
            return None
        entry = q.content.entries.get("n")
        pending[0] = True
        return q.answer("request", ("n", (0 if entry is None or entry.value is None else entry.value) + 1))

    answer.done = done
    return answer


def test_no_update_is_lost():
    policies = {"a": counting(4), "b": counting(4), "c": counting(4)}
    line = board(policies, until=200)
    line.run(220)
    history = line.outcome("boss", "c").value
    assert [e.value for e in history] == list(range(1, 13))
    assert [e.version for e in history] == list(range(1, 13))


@examples(150)
@given(script=harmless, sources=st.integers(1, 3))
def test_whatever_is_lost_late_or_repeated_each_write_counts_once(script, sources):
    note("blackboard: lost, late, repeated, forged")
    policies = {f"s{i}": counting(3) for i in range(sources)}
    line = board(policies, script, until=80)
    line.run(120)
    assert line.settled()
    history = line.outcome("boss", "c").value
    assert [e.version for e in history] == list(range(1, len(history) + 1))
    assert [e.value for e in history] == list(range(1, len(history) + 1)), "an update was lost or made twice"
    for name, policy in policies.items():
        mine = sum(e.author == name for e in history)
        assert policy.done[0] <= mine <= 3


@examples(150)
@given(script=scripts, sources=st.integers(1, 3))
def test_nor_does_a_member_whose_words_are_garbled_stop_it(script, sources):
    note("blackboard: also malformed, out of place, damaged")

    def writer(i):
        return lambda q: q.answer("request", (f"k{i}", line.now)) if line.now % 5 == i else None

    line = board({f"s{i}": writer(i) for i in range(sources)}, (), until=40)
    line.script = list(script)
    line.run(80)
    assert line.settled()
    versions = {}
    for entry in line.outcome("boss", "c").value:
        assert entry.version == versions.get(entry.key, 0) + 1
        versions[entry.key] = entry.version
