"""Break it: what a person breaks is a fault on the schedule, can be mended, and can be run again as data."""

import pytest

import mas_kit
from mas_kit import Agent, Byzantine, Crash, Delay, Loss, Model, Network, Partition, Silence
from mas_kit.core.errors import ParameterError
from mas_kit.viz import App, Picture
from mas_kit.viz.breaker import ALL, left_half
from tests.viz.walkers import APP, Walkers


@pytest.fixture
def view():
    shown = mas_kit.show(APP, seed=7)
    yield shown
    shown.close()


def kinds(view):
    return [fault.kind for fault in view.breaker.in_force]


def test_the_chosen_agent_is_killed_and_started_again(view):
    box = view.breaker
    view.inspect("w1")
    assert "w1" in box.who.value
    view.step(2)
    box.crash.value = True
    assert view.model.agent("w1").alive  # with the next tick
    view.step()
    assert not view.model.agent("w1").alive
    assert box.faults == [Crash(agent="w1", at=3)]
    assert "w1 is down since tick 3" in box.told.value
    view.step(2)
    view.inspect("w2")
    assert box.crash.value is False  # the button is the chosen agent's
    view.inspect("w1")
    assert box.crash.value is True
    box.crash.value = False
    view.step()
    assert view.model.agent("w1").alive
    assert box.faults == [Crash(agent="w1", at=3, until=6)]
    assert "Nothing is broken" in box.told.value
    assert not view.errors


def test_what_was_done_by_hand_runs_again_from_data(view):
    view.inspect("w1")
    view.step(2)
    view.breaker.silence.value = True
    view.breaker.loss.value = 0.5
    view.step(3)
    view.breaker.split.value = True
    view.breaker.silence.value = False
    view.step(3)
    again = Walkers(view.model.p, seed=7, faults=view.breaker.faults).run(8)
    assert again.history == view.model.history
    nets = [next(iter(model.networks.values())).counts for model in (again, view.model)]
    assert nets[0] == nets[1]
    assert nets[0]["dropped: silence"]
    assert nets[0]["dropped: lost"]
    assert nets[0]["dropped: partition"]


def test_the_slider_sets_the_loss_in_place_of_what_it_was(view):
    box = view.breaker
    name = next(iter(view.model.networks))
    box.loss.value = 0.2
    box.loss.value = 0.4  # thought better of before time went on
    assert box.faults == [Loss(network=name, probability=0.4, at=1)]
    view.step()
    box.loss.value = 1.0
    view.step(3)
    assert box.in_force == [Loss(network=name, probability=1.0, at=2)]
    assert "100% of messages are lost" in box.told.value
    box.loss.value = 0
    assert box.in_force == []
    view.step()
    assert view.model.networks[name].link_loss == []


def test_a_split_is_between_the_halves_of_the_picture(view):
    box = view.breaker
    box.split.value = True
    view.step()
    (fault,) = box.in_force
    assert isinstance(fault, Partition)
    places = {agent.name: agent for agent in view.model.agents}
    left = set(fault.groups[0])
    assert left
    assert left < set(places)
    box.split.value = False
    box.part(["w0"], ["w1", "w2"])
    assert [f.groups for f in box.in_force] == [(("w0",), ("w1", "w2"))]
    assert box.split.value is True


def test_halves():
    class Place(Model):
        def build(self):
            for name in "abc":
                Agent(self, name)

    def picture(x, y, name=("a", "b", "c")):
        return Picture(name=name, x=x, y=y)

    model = Place(seed=1)
    assert left_half(model, picture([0, 5, 10], [0, 0, 0])) == ["a"]
    assert left_half(model, picture([3, 3, 3], [9, 0, 8])) == ["b"]  # one above the other: the lower
    orders = picture([0, 5, 10, 0], [0, 0, 0, 0], ("a", "b", "c", "c"))  # drawn under c's name, not c itself
    assert left_half(model, orders) == ["a"]
    assert left_half(model, picture([0, 1, 2], [0, 0, 0], ("x", "y", "z"))) == []


def test_what_cannot_be_done_is_told_and_the_button_comes_up_again():
    class Alone(Model):
        def build(self):
            Network(self, "line")
            Agent(self, "a", lambda _: None)

    view = mas_kit.show(Alone, seed=1)
    view.breaker.split.value = True
    assert view.breaker.split.value is False
    assert isinstance(view.errors[0], ParameterError)
    assert "nothing to split" in view.notices.widget.value
    assert view.breaker.faults == []
    view.close()


def test_without_a_chosen_agent_there_is_nobody_to_break():
    view = mas_kit.show(Walkers, seed=1)
    assert view.breaker.crash.disabled
    assert view.breaker.silence.disabled
    assert "Click an agent" in view.breaker.who.value
    view.breaker.crash.value = True  # as no page can
    assert "click one in the picture first" in view.notices.widget.value
    assert view.breaker.crash.value is False
    view.close()


def test_mend_all_ends_what_is_and_what_was_to_come():
    shown = mas_kit.show(
        APP, seed=3, faults=[Crash(agent="w0", at=2), Silence(agent="w1", at=9), Delay(extra=2, at=1)]
    )
    shown.step(3)
    box = shown.breaker
    assert kinds(shown) == ["crash", "delay"]  # also what was on the schedule from the start
    assert box.mend.disabled is False
    box.mend.click()
    shown.step(8)
    assert shown.model.agent("w0").alive
    assert not shown.model.networks[next(iter(shown.model.networks))].silent
    assert kinds(shown) == []
    assert box.mend.disabled
    shown.close()


def test_a_new_run_begins_unbroken(view):
    view.inspect("w1")
    view.breaker.crash.value = view.breaker.split.value = True
    view.step(2)
    view.reset()
    assert view.breaker.faults == []
    assert [view.breaker.crash.value, view.breaker.split.value] == [False, False]
    view.breaker.crash.value = True
    view.step()
    assert not view.model.agent("w1").alive


def test_several_networks_each_by_itself_or_all():
    view = mas_kit.show("supply_chain", seed=1)
    box = view.breaker
    names = list(view.model.networks)
    assert list(box.network.options) == [ALL, *names]
    box.network.value = "orders"
    box.loss.value = 0.5
    assert box.faults == [Loss(network="orders", probability=0.5, at=1)]
    box.network.value = "goods"
    assert box.loss.value == 0  # of the goods
    box.network.value = ALL
    assert box.loss.value == 0.5
    box.loss.value = 0.25
    assert {fault.network for fault in box.faults} == set(names)
    view.close()


def test_a_model_without_a_network_has_only_agents_to_break():
    class Deaf(Model):
        def build(self):
            Agent(self, "a", lambda _: None)

    view = mas_kit.show(Deaf, seed=1)
    assert view.breaker._nets.layout.display == "none"
    view.inspect("a")
    view.breaker.crash.value = True
    view.step()
    assert not view.model.agent("a").alive
    view.close()


def test_lies_are_those_that_the_app_declares(view):
    assert view.breaker.lies not in view.breaker._row.children
    lie = {"alter": "corrupt", "change": "scale", "factor": 3.0}
    liar = mas_kit.show(App(model=Walkers, lie=lie), seed=1, inspect="w1")
    assert liar.breaker.lies in liar.breaker._row.children
    liar.breaker.lies.value = True
    assert liar.breaker.faults == [Byzantine(agent="w1", at=1, **lie)]
    assert "w1 lies" in liar.breaker.told.value
    liar.close()


def test_any_fault_from_a_cell(view):
    view.breaker.cause({"kind": "loss", "probability": 1, "sender": "w1", "at": 1, "until": 4})
    assert "100% of messages from w1 are lost since tick 1 until 4" in view.breaker.told.value
    assert view.breaker.loss.value == 0  # that of everybody
    with pytest.raises(mas_kit.UnknownNameError, match="no agent named 'w99'"):
        view.breaker.cause(Crash(agent="w99", at=1))
    view.step(4)
    assert view.breaker.in_force == []
