"""The sequence diagram shows every message's fate, read from the log."""

import re
import xml.etree.ElementTree as ET

import pytest

from mas_kit import Agent, Byzantine, Message, Model, Network
from mas_kit.core.errors import MasKitError, UnknownNameError
from mas_kit.viz import sequence_diagram
from mas_kit.viz.sequence import arrows
from tests.viz.walkers import Walkers

NS = "{http://www.w3.org/2000/svg}"


class Caller(Agent):
    def decide(self, percept):
        return self.model.tick

    def act(self, action):
        if self.name == "ann":
            self.send("request", "bob" if action < 4 else "ghost", f"call <{action}>")
        for message in self.inbox:
            if message.performative == "request":
                self.send("agree", message.sender)


class Call(Model):
    def build(self):
        Network(self, "line", latency=2)
        Caller(self, "ann")
        Caller(self, "bob")


def titles(svg):
    return [node.text for node in ET.fromstring(str(svg)).iter(f"{NS}title")][1:]


def test_each_message_is_one_arrow_with_its_times():
    log = Call(seed=1, log=True).run(4).log
    assert titles(sequence_diagram(log)) == [
        "request from ann to bob, sent 1, delivered 3",
        "request from ann to bob, sent 2, delivered 4",
        "request from ann to bob, sent 3, underway",
        "agree from bob to ann, sent 3, underway",
        "request from ann to ghost, sent 4, underway",
        "agree from bob to ann, sent 4, underway",
    ]


def test_a_lost_message_is_marked_with_its_reason():
    log = Call(seed=1, log=True).run(6).log
    svg = str(sequence_diagram(log, since=4, until=4))
    assert "request from ann to ghost, sent 4, dropped 6" in svg
    assert "✕" in svg
    assert "unknown receiver" in svg


def test_where_a_message_was_altered_both_what_was_said_and_what_was_heard_are_told():
    lie = {"agent": "ann", "choices": ("call <1>", "hang up")}
    faults = [
        Byzantine(at=1, until=2, alter="corrupt", **lie),
        Byzantine(at=2, until=3, alter="forge", posing_as="bob", agent="ann"),
    ]
    log = Call(seed=1, log=True, faults=faults).run(4).log
    told = titles(sequence_diagram(log, until=2))
    assert told == [
        "request from ann to bob, sent 1, request hang up from ann was heard 3",
        "request from ann to bob, sent 2, request call <2> from bob was heard 4",
    ]
    svg = str(sequence_diagram(log, until=2))
    assert "request call &lt;2&gt; as bob" in svg
    assert [arrow.fate for arrow in arrows(log, until=2)] == ["altered", "altered"]


def test_duplicates_and_losses_are_all_accounted_for():
    class Noisy(Walkers):
        def build(self):
            super().build()
            self.networks["talk"].duplication = 0.3
            self.networks["talk"].refresh()

    model = Noisy(seed=2, log=True).run(40)
    found = arrows(model.log)
    counts = model.networks["talk"].counts
    fates = [arrow.fate for arrow in found]
    assert fates.count("dropped") == counts["dropped"]
    assert fates.count("delivered") == counts["delivered"]
    assert len(found) == counts["sent"] + counts["duplicated"]
    assert all(arrow.end > arrow.start for arrow in found if arrow.fate == "delivered")


def test_arrows_slant_by_their_latency_and_share_no_line():
    svg = ET.fromstring(str(sequence_diagram(Walkers(seed=3, log=True).run(20).log)))
    starts = []
    for group in svg.iter(f"{NS}g"):
        way = re.match(r"M\S+ (\S+)L\S+ (\S+)$", group.find(f"{NS}path").get("d"))
        if group.get("class") == "m" and way:  # (a message to oneself is an angle, not a slope)
            start, end = map(float, way.groups())
            starts.append(start)
            assert end > start
    assert len(starts) > 5
    assert len(starts) == len(set(starts))


def test_lifelines_can_be_chosen_and_ordered():
    log = Call(seed=1, log=True).run(6).log
    svg = str(sequence_diagram(log, agents=["bob", "ann"]))
    assert svg.index(">bob<") < svg.index(">ann<")
    assert ">ghost<" not in svg
    with pytest.raises(UnknownNameError, match="did you mean 'bob'"):
        sequence_diagram(log, agents=["bobb"])


def test_words_of_the_model_cannot_become_markup():
    svg = str(sequence_diagram(Call(seed=1, log=True).run(3).log))
    assert "call <1>" not in svg
    assert "call &lt;1&gt;" in svg


def test_without_a_log_or_messages_it_says_so():
    with pytest.raises(MasKitError, match="log=True"):
        sequence_diagram(Call(seed=1).log)
    assert "No messages yet" in str(sequence_diagram(Call(seed=1, log=True).log))


def test_many_agents_are_cut_to_the_most_talkative():
    log = Walkers(seed=1, walkers=60, log=True).run(20).log
    svg = ET.fromstring(str(sequence_diagram(log)))
    assert len([box for box in svg.iter(f"{NS}rect") if box.get("class") == "h"]) == 10


def test_a_message_without_content_is_its_act():
    from mas_kit.viz.records import said

    assert said(Message("agree", "a", "b")) == "agree"
    assert said(Message("inform", "a", "b", 2.0)) == "inform 2"
