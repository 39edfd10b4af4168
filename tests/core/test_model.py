"""Models: parameters, phases, order of turns, halves of a tick, errors, and copies."""

import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mas_kit.core import (
    Agent,
    Crash,
    EventLog,
    MasKitError,
    Model,
    Network,
    ParameterError,
    Parameters,
    Person,
    TickError,
    UnknownNameError,
    parameter,
)  # fmt: skip
from tests.core.worlds import Keeper, Office, Shop


class Settings(Parameters):
    weeks: int = parameter(5, ge=1, le=50, help="length")
    pace: float = parameter(1.0, ge=0, help="how fast")


class Clock(Model):
    """Notes the phases in the order in which they run."""

    Parameters = Settings
    oracles = {"fast": {"pace": 9.0}}  # noqa: RUF012

    def build(self):
        self.notes = []
        for name in ("ann", "bob", "cid"):
            Noter(self, name)

    def world(self):
        self.notes.append("world")

    def observe(self):
        self.notes.append("record")
        return {"pace": self.p.pace}

    @property
    def horizon(self):
        return self.p.weeks


class Noter(Agent):
    def perceive(self):
        self.model.notes.append(f"{self.name} perceives")

    def decide(self, percept):
        self.model.notes.append(f"{self.name} decides")

    def act(self, action):
        self.model.notes.append(f"{self.name} acts")


def clock(activation, **more):
    return type("Clocked", (Clock,), {"activation": activation})(**more)


def test_simultaneous_phases():
    expected = [
        f"{name} {verb}" for verb in ("perceives", "decides", "acts") for name in ("ann", "bob", "cid")
    ]
    assert clock("simultaneous", seed=1).run(1).notes == [*expected, "world", "record"]


def test_turns_in_order():
    expected = [
        f"{name} {verb}" for name in ("ann", "bob", "cid") for verb in ("perceives", "decides", "acts")
    ]
    assert clock("in order", seed=1).run(1).notes == [*expected, "world", "record"]


def test_turns_at_random():
    def orders(seed):
        model = clock("random", seed=seed, weeks=50).run()
        turns = [note.split()[0] for note in model.notes if note.endswith("acts")]
        return [tuple(turns[i : i + 3]) for i in range(0, 150, 3)]

    assert orders(1) == orders(1) != orders(2)
    assert len(set(orders(1))) == 6
    notes = clock("random", seed=1).run(1).notes
    assert [note.split()[0] for note in notes[:3]] == [notes[0].split()[0]] * 3  # each does all three in turn


def test_unknown_activation():
    with pytest.raises(ParameterError, match="parameter 'activation' is 'sometimes'"):
        clock("sometimes")


def test_parameters_by_name_by_record_and_by_oracle():
    assert Clock(weeks=3).p.weeks == 3
    settings = Settings(weeks=7)
    assert Clock(settings).parameters is settings
    assert Clock(settings, pace=2).p == Settings(weeks=7, pace=2)
    assert Clock.oracle("fast", weeks=2).p == Settings(weeks=2, pace=9)
    with pytest.raises(UnknownNameError, match="did you mean 'fast'"):
        Clock.oracle("fasst")
    with pytest.raises(UnknownNameError, match="Settings has no parameter 'week'; did you mean 'weeks'"):
        Clock(week=3)
    with pytest.raises(ParameterError, match="parameter 'weeks' is 0"):
        Clock(weeks=0)
    with pytest.raises(MasKitError, match="Clock takes parameters of Settings, not Parameters"):
        Clock(Parameters())


def test_time_history_and_metrics():
    model = Clock(seed=1).run()
    assert (model.tick, model.time, model.finished) == (5, 5.0, True)
    frame = model.frame()
    assert frame.columns[0] == "time"
    assert frame["time"].tolist() == [1, 2, 3, 4, 5]
    assert model.metrics() == {"pace": 1.0}
    assert Clock(seed=1, record=False).run().history == []
    assert Clock(seed=1).metrics() == {}


def test_run():
    assert Clock(seed=1).run(2).run(1).tick == 3
    assert Clock(seed=1).run(99).tick == 5
    assert Clock(seed=1).run(2).run().tick == 5
    assert Clock(seed=1).run().run().tick == 5
    with pytest.raises(ParameterError, match="this model has no horizon"):
        Shop(seed=1).run()
    with pytest.raises(ParameterError, match="parameter 'ticks' is -1"):
        Shop(seed=1).run(-1)
    stopped = Clock(seed=1)
    stopped.running = False
    assert stopped.run().tick == 0


def test_the_seed_makes_the_run():
    def draws(seed):
        return Office({}, seed=seed).stream("a").random()

    assert draws(4) == draws(4) != draws(5)
    unseeded = Shop()
    assert Shop(seed=unseeded.seed).stream("a").random() == unseeded.stream("a").random()
    with pytest.raises(ParameterError, match="parameter 'seed' is -3"):
        Shop(seed=-3)


@pytest.mark.parametrize("activation", ["simultaneous", "random", "in order"])
def test_the_log_and_the_history_change_no_number(activation):
    kind = type("Kind", (Shop,), {"activation": activation})
    plain = kind(seed=1).run(6)
    logged = kind(seed=1, log=True).run(6)
    small = kind(seed=1, log=EventLog(limit=5)).run(6)
    bare = kind(seed=1, record=False).run(6)
    assert plain.history == logged.history == small.history
    assert plain.observe() == bare.observe()
    assert len(list(small.log)) <= 10
    assert len(small.log) == len(logged.log)


# ---- causes


@pytest.mark.parametrize("activation", ["simultaneous", "random", "in order"])
def test_what_led_to_a_message(activation):
    """sent <- action <- decision <- percept <- delivered <- sent <- ..."""
    kind = type("Kind", (Shop,), {"activation": activation})
    log = kind(seed=1, log=True).run(4).log
    before = {
        "sent": {"action"},
        "action": {"decision"},
        "decision": {"percept"},
        "percept": {"delivered"},
        "delivered": {"sent"},
    }
    for event in log:
        kinds = {log[cause].kind for cause in event.causes}
        assert kinds == before[event.kind] or (event.kind == "percept" and event.time == 1 and not kinds)
        for cause in event.causes:
            other = log[cause]
            assert other.id < event.id
            if event.kind in {"sent", "action", "decision"}:
                assert (other.agent, other.time) == (event.agent, event.time)
            elif event.kind == "percept":
                assert other.agent == event.agent == other.data.receiver
            else:
                assert other.data is event.data
                assert event.time == other.time + 1
    last = log.select("sent", agent="ann")[-1]
    assert {event.agent for event in log.chain(last.id)} == {"ann", "bob", "cid"}
    assert [e.kind for e in log.chain(last.id)[:3]] == ["sent", "action", "decision"]


def test_what_was_duplicated_is_a_cause():
    log = Office({"a": {1: [("b", 1)]}, "b": {}}, {"duplication": 1.0}, seed=1, log=True).run(2).log
    kinds = [[log[c].kind for c in e.causes] for e in log.select("delivered")]
    assert kinds == [["sent"], ["duplicated"]]
    percept = log.last("percept", "b")
    assert [e.kind for e in log.chain(percept.id)] == [
        "percept", "delivered", "delivered", "duplicated", "sent", "action", "decision", "percept",
    ]  # fmt: skip


# ---- the halves of a tick, and people


def test_the_halves_make_a_whole():
    whole, halves = Shop(seed=1).run(4), Shop(seed=1)
    for _ in range(4):
        halves.begin_tick()
        halves.finish_tick()
    assert halves.history == whole.history
    assert halves.time == whole.time == 4


def test_a_person_sees_the_percept_before_answering():
    model = Shop(seed=1, policies={"bob": Person()})
    for answer in (5, 7):
        assert [a.name for a in model.waiting_for()] == ["bob"]
        model.begin_tick()
        bob = model.agent("bob")
        assert bob.percept.time == model.tick
        assert len(model.history) == model.tick - 1
        with pytest.raises(TickError, match=r"waiting for bob: call agent\(name\).policy.answer"):
            model.finish_tick()
        bob.policy.answer(answer)
        assert model.waiting_for() == []
        model.finish_tick()
    assert bob.stock == 12
    assert bob.explain().reason == "a person chose it"


def test_a_step_that_needs_an_answer_waits_for_it():
    model = Shop(seed=1, policies={"bob": Person()})
    with pytest.raises(TickError, match="waiting for bob"):
        model.step()
    with pytest.raises(TickError, match="half done"):
        model.run(3)
    model.agent("bob").policy.answer(5)
    model.finish_tick()
    model.agent("bob").policy.answer(6)
    model.step()
    assert model.agent("bob").stock == 11
    assert model.agent("ann").stock == 2
    assert (model.tick, model.time) == (2, 2.0)


@pytest.mark.parametrize("activation", ["random", "in order"])
def test_people_who_take_turns_each_see_what_is_there_in_their_turn(activation):
    class Sees(Keeper):
        def perceive(self):
            return super().perceive()._replace(news=sum(a.stock for a in self.model.by_name.values()))

    class Table(Shop):
        def build(self):
            for name in self.names:
                Sees(self, name)

    table = type("Table", (Table,), {"activation": activation})
    model = table(seed=1, policies={"bob": Person(), "cid": Person()})
    played = table(seed=1, policies={"bob": lambda p: p.news + 1, "cid": lambda p: p.news + 1}).run(4)
    for _ in range(4):
        model.begin_tick()
        for turn in range(2):
            person = model.waiting_for()
            assert len(person) == 1  # one at a time: whose turn it is
            person[0].policy.answer(person[0].percept.news + 1)
            if turn == 0:
                with pytest.raises(TickError, match="waiting for"):
                    model.finish_tick()
        model.finish_tick()
    assert model.history == played.history


def test_a_person_is_asked_again_where_messages_take_no_time():
    class Chat(Agent):
        def act(self, action):
            if action:
                self.send("inform", "bob" if self.name == "ann" else "ann", action)

    class Line(Model):
        def build(self):
            Network(self, latency=0)
            Chat(self, "ann", lambda percept: percept[0].content - 1 if percept else 3)
            Chat(self, "bob", Person())

    model = Line(seed=1)
    model.begin_tick()
    asked = 0
    while True:
        bob = model.agent("bob")
        bob.policy.answer(bob.percept[0].content - 1 if bob.percept else 0)
        asked += 1
        try:
            model.finish_tick()
        except TickError:
            continue
        break
    assert asked == 3  # with no mail, with 3, with 1
    assert model.networks["network"].counts["delivered"] == 3
    assert model.tick == 1
    assert len(model.history) == 1


def test_a_person_that_is_down_is_not_waited_for():
    model = Shop(seed=1, policies={"bob": Person()}, faults=[Crash(agent="bob", at=1, until=3)])
    model.begin_tick()
    assert model.waiting_for() == []
    model.finish_tick()
    model.step()
    with pytest.raises(TickError, match="waiting for bob"):
        model.step()


def test_halves_in_the_wrong_order():
    model = Shop(seed=1)
    with pytest.raises(TickError, match="no tick is half done"):
        model.finish_tick()
    model.begin_tick()
    for call in (model.begin_tick, model.step, lambda: model.run_for(1)):
        with pytest.raises(TickError, match="a tick is half done"):
            call()
    model.finish_tick()
    assert model.run(2).history == Shop(seed=1).run(3).history  # nothing was lost by that


def test_a_model_without_agents():
    model = Model(seed=1)
    model.begin_tick()
    model.finish_tick()
    assert model.run(2).tick == 3


# ---- errors


class Stumbles(Shop):
    def world(self):
        if self.tick == 3:
            raise KeyError("nobody")


def test_an_error_comes_through_and_ends_the_run():
    """Mesa's clock would stand still without a word after an error; here the next call says what happened."""
    model = Stumbles(seed=1)
    with pytest.raises(KeyError):
        model.run(5)
    for call in (model.step, model.begin_tick, lambda: model.run(2), lambda: model.run_for(1)):
        with pytest.raises(
            TickError, match="tick 3 of this model broke off with KeyError: 'nobody'; make a new"
        ):
            call()
    assert model.tick == 3


def test_an_error_in_the_second_half():
    model = Stumbles(seed=1).run(2)
    model.begin_tick()
    with pytest.raises(KeyError):
        model.finish_tick()
    with pytest.raises(TickError, match="make a new model"):
        model.step()


# ---- copies


@settings(max_examples=30, deadline=None)
@given(
    before=st.integers(0, 6),
    activation=st.sampled_from(["simultaneous", "random", "in order"]),
    log=st.booleans(),
    how=st.sampled_from([lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy]),
)
def test_a_copy_goes_on_as_the_original_does(before, activation, log, how):
    faults = [Crash(agent="bob", at=3, until=8), {"kind": "loss", "probability": 0.5, "at": 5}]
    Traveller.activation = activation
    model = Traveller(seed=1, log=log, faults=faults).run(before)
    twin = how(model)
    assert twin.seed == model.seed
    assert twin.run(8).history == model.run(8).history
    assert (twin.tick, twin.time) == (model.tick, model.time)
    assert twin.net.counts == model.net.counts
    assert twin.agent("ann") is not model.agent("ann")
    if log:
        assert twin.log is twin.net.log
        assert list(twin.log.select("percept")) == list(model.log.select("percept"))


class Wanderer(Agent):
    def __init__(self, model, name):
        super().__init__(model, name)
        self.place = 0.0

    def decide(self, percept):
        return self.rng.normal() + sum(m.content for m in percept)

    def act(self, action):
        self.place += action
        self.send("inform", sorted(self.model.by_name)[int(self.rng.integers(3))], self.rng.random())


class Traveller(Model):
    def build(self):
        self.net = Network(self, latency=(1, 3), loss=0.2)
        for name in ("ann", "bob", "cid"):
            Wanderer(self, name)

    def observe(self):
        return {name: agent.place for name, agent in self.by_name.items()}


def test_the_middle_of_a_tick_cannot_be_copied():
    model = Shop(seed=1)
    model.begin_tick()
    for how in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TickError, match=r"call finish_tick\(\) before copying"):
            how(model)


@pytest.mark.parametrize("name", ["people", "networks", "history", "log"])
def test_a_model_that_takes_one_of_our_names_is_told_so(name):
    class Taken(Model):
        def build(self):
            setattr(self, name, "mine")

    with pytest.raises(MasKitError, match=f"build sets self.{name}, .* give yours another name"):
        Taken(seed=1)


def test_a_model_that_forgets_its_parents_init_is_told_so():
    with pytest.raises(
        TypeError, match=r"Forgets.__init__ does not call .* super\(\).__init__\(\*\*settings\)"
    ):

        class Forgets(Model):
            def __init__(self, size):
                self.size = size


def test_what_build_needs_is_set_before():
    class Late(Model):
        def __init__(self, size, **settings):
            super().__init__(**settings)
            self.size = size

        def build(self):
            self.people_to_make = range(self.size)

    with pytest.raises(AttributeError, match="size") as raised:
        Late(3, seed=1)
    assert "build runs inside super().__init__()" in raised.value.__notes__[0]


@pytest.mark.parametrize("log", ["log.parquet", 0, 1, []])
def test_a_log_is_one_or_none(log):
    with pytest.raises(ParameterError, match="parameter 'log' is"):
        Shop(seed=1, log=log)


def test_a_log_of_ones_own_is_written_to_even_while_it_is_empty():
    log = EventLog()
    assert Shop(seed=1, log=log).run(1).log is log
    assert len(log) > 0


@pytest.mark.parametrize("ticks", [2.5, float("nan"), "3", -1])
def test_a_run_takes_whole_ticks(ticks):
    model = Shop(seed=1)
    with pytest.raises(ParameterError, match="parameter 'ticks' is"):
        model.run(ticks)
    assert model.tick == 0


@pytest.mark.parametrize("name", ["seed", "log", "faults", "policies", "record"])
def test_a_parameter_cannot_have_the_name_of_a_setting(name):
    own = type("Own", (Parameters,), {"__annotations__": {name: int}, name: parameter(3, help="taken")})
    with pytest.raises(MasKitError, match=f"Parameters declares '{name}'"):
        type("Odd", (Model,), {"Parameters": own})()


def test_how_they_read():
    model = Shop(seed=7, log=True).run(2)
    assert repr(model) == "<Shop: tick 2, 3 agents, seed 7>"
    assert repr(model.log) == f"<event log: {len(model.log)} events, {len(model.log)} kept>"


@pytest.mark.parametrize("row", [None, [1], 3])
def test_what_is_recorded_is_a_row(row):
    """A forgotten return is the commonest of all."""
    with pytest.raises(MasKitError, match=r"Odd.observe gave .*; allowed: a dict"):
        type("Odd", (Shop,), {"observe": lambda self: row})(seed=1).step()


@pytest.mark.parametrize(
    ("phase", "what"), [("perceive", "perceived"), ("decide", "decided"), ("act", "acted")]
)
@pytest.mark.parametrize("activation", ["simultaneous", "in order"])
def test_an_error_says_whose_turn_it_was(phase, what, activation):
    """The line that failed may serve a thousand agents."""

    class Fails(Keeper):
        pass

    def fail(self, *seen):
        if self.name == "bob" and self.model.tick == 2:
            raise ZeroDivisionError("of a user")
        return getattr(Keeper, phase)(self, *seen)

    setattr(Fails, phase, fail)

    class Room(Model):
        def build(self):
            for name in ("ann", "bob", "cid"):
                Fails(self, name)

    with pytest.raises(ZeroDivisionError, match="of a user") as raised:
        type("Taken", (Room,), {"activation": activation})(seed=1).run(3)
    assert raised.value.__notes__ == [f"while agent 'bob' {what} in tick 2"]
