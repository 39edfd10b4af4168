"""Forks, divergences, stories and snapshots, on the beer game."""

import json
import pickle

import pytest

from mas_kit import Crash, MasKitError, ParameterError, Person, TickError
from mas_kit.replay import Snapshot, activity, first_divergence, fork, timeline, why, why_not
from mas_kit.usecases.supply_chain import STAGES, SupplyChain


def chain(**more):
    return SupplyChain(**({"seed": 1, "log": True, "demand": "poisson"} | more))


def test_a_fork_left_alone_goes_on_with_the_same_numbers():
    run = chain(demand="ar1").run(12)
    other = fork(run)
    run.run(), other.run()
    assert other.history == run.history
    assert first_divergence(run, other) is None


def test_a_fork_shares_nothing_with_its_original():
    run = chain().run(12)
    before = [dict(row) for row in run.history]
    fork(run).run()
    assert run.history == before
    assert run.tick == 12


def test_first_divergence_is_the_change_that_was_made():
    run = chain().run(12)
    other = fork(run)
    other.agent("distributor").policy = lambda percept: 99.0
    apart = first_divergence(run.run(5), other.run(5))
    assert (apart.time, apart.second.agent, apart.second.kind) == (13, "distributor", "decision")
    assert apart.second.data.action == 99.0
    assert [event.kind for event in apart.chain[:2]] == ["decision", "percept"]
    assert "part in tick 13" in str(apart)


def test_first_divergence_of_a_fault_is_the_fault():
    run, other = chain().run(20), chain(faults=[Crash(agent="factory", at=9)]).run(20)
    apart = first_divergence(run, other)
    assert (apart.time, apart.second.kind, apart.second.agent) == (9, "fault", "factory")


def test_a_run_that_ended_earlier_diverges_at_its_end():
    apart = first_divergence(chain().run(10), chain().run(11))
    assert apart.first is None
    assert apart.time == 11


def test_a_half_done_tick_cannot_be_forked_or_kept():
    run = chain(retailer="person", freeze=0)
    run.begin_tick()
    with pytest.raises(TickError, match="finish_tick"):
        fork(run)
    with pytest.raises(TickError, match="finish_tick"):
        Snapshot.take(run)


def test_why_walks_across_agents_and_messages():
    run = chain().run(20)
    story = str(why(run, "factory", depth=8))
    assert story.startswith("In tick 20 factory did")
    assert "from distributor to factory arrived" in story
    assert "In tick 18 distributor did" in story  # the order that was read in week 20 was written in week 18
    assert "closes" in story  # the rule's own words


def test_a_function_with_a_docstring_gives_its_reason_in_one_sentence():
    def enough(percept):
        """Order what was asked."""
        return percept.demand

    run = chain(policies={"retailer": enough}, freeze=0).run(6)
    first = why(run, "retailer").sentences[0][1]
    assert first.endswith(", since: Order what was asked.")


def test_why_of_a_dropped_message_names_the_reason():
    run = chain(faults=[{"kind": "loss", "network": "orders", "probability": 1.0, "at": 5}]).run(8)
    lost = run.log.select("dropped")[0]
    assert "was dropped: lost" in str(why(run, lost))


def test_why_needs_a_log_and_something_done():
    with pytest.raises(MasKitError, match="log=True"):
        why(chain(log=False).run(3), "factory")
    with pytest.raises(TickError, match="done nothing"):
        why(chain(), "factory")


def test_why_not_says_by_how_much_an_option_fell_short():
    factory = chain().run(20).agent("factory")
    missed = why_not(factory, 0.0)
    scores = {option.action: option.score for option in factory.explain().options}
    assert missed.short == pytest.approx(max(scores.values()) - scores[0.0])
    assert "higher" in str(missed)
    assert why_not(factory, factory.decision.action).short == 0
    assert why_not(factory, 12345.0).short is None


def test_a_snapshot_runs_again_to_the_same_place(tmp_path):
    run = chain(faults=[Crash(agent="factory", at=9, until=12)], demand="ar1").run(15)
    Snapshot.take(run).save(tmp_path / "run.json")
    again = Snapshot.load(tmp_path / "run.json").restore(SupplyChain, log=True)
    assert again.history == run.history
    assert first_divergence(run.run(), again.run()) is None


def test_a_snapshot_remembers_what_a_person_answered():
    run = chain(retailer="person", log=False)
    for week in range(9):
        if run.waiting_for():  # not in the weeks in which the game leaves no choice
            run.agent("retailer").policy.answer(4 + week)
        run.step()
    assert run.agent("retailer").policy.given == [8, 9, 10, 11, 12]
    again = Snapshot.take(run).restore(SupplyChain)
    assert isinstance(again.agent("retailer").policy, Person)
    assert again.history == run.history


def test_a_snapshot_that_came_out_differently_says_so():
    kept = Snapshot.take(chain().run(10))
    with pytest.raises(MasKitError, match="came out differently"):
        kept.restore(SupplyChain, policies=dict.fromkeys(STAGES, lambda percept: 1.0))
    with pytest.raises(MasKitError, match="not of a"):
        kept.model_copy(update={"model": "Elsewhere"}).restore(SupplyChain)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2]", b"\x80\x04", pickle.dumps({"tick": 1})])
def test_a_file_that_is_no_snapshot_is_refused_and_executes_nothing(tmp_path, content):
    path = tmp_path / "elsewhere.json"
    path.write_bytes(content)
    with pytest.raises(ParameterError, match="not a snapshot"):
        Snapshot.load(path)


def test_a_snapshot_file_holds_plain_data(tmp_path):
    Snapshot.take(chain().run(3)).save(tmp_path / "run.json")
    data = json.loads((tmp_path / "run.json").read_text())
    assert data["model"] == "SupplyChain"
    assert data["parameters"]["demand"] == "poisson"


def test_activity_counts_what_the_log_holds():
    run = chain(faults=[Crash(agent="factory", at=9, until=12)]).run(20)
    table = activity(run)
    assert table.loc["factory", "decisions"] == 17
    assert table.loc["factory", "down ticks"] == 3
    assert table["sent"].sum() == sum(network.counts["sent"] for network in run.networks.values())
    assert table["received"].sum() == sum(network.counts["delivered"] for network in run.networks.values())


def test_the_timeline_has_a_lane_for_each_agent():
    run = chain().run(5)
    assert timeline(run).to_dict()["encoding"]["y"]["sort"] == list(run.by_name)
