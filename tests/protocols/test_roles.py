"""What holds for every role: its table is sound, every wait ends, and it can be drawn."""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET

import pytest

from mas_kit import ParameterError, Performative, protocols
from mas_kit.protocols import ContractNetInitiator, ContractNetParticipant, Conversations, Role
from mas_kit.protocols.rules import TIMEOUT

ROLES = sorted(
    {c for c in vars(protocols).values() if inspect.isclass(c) and issubclass(c, Role) and c is not Role},
    key=lambda c: (c.protocol, c.name),
)


def test_there_are_roles():
    assert len(ROLES) >= 4


@pytest.mark.parametrize("role", ROLES, ids=lambda c: c.__name__)
class TestTable:
    def test_every_state_that_waits_has_a_time_out(self, role):
        states = {rule.state for rule in role.table} | {rule.to for rule in role.table}
        waiting = states - set(role.final) - {"start"}
        assert waiting
        assert waiting == {r.state for r in role.table if r.on == TIMEOUT and r.state in waiting}

    def test_the_last_time_out_row_of_a_state_has_no_guard(self, role):
        last = {rule.state: rule for rule in role.table if rule.on == TIMEOUT}
        assert not [rule for rule in last.values() if rule.guard]

    def test_every_state_can_be_reached_and_every_wait_can_end(self, role):
        reached, front = {"start"}, ["start"]
        while front:
            state = front.pop()
            for rule in role.table:
                if rule.state == state and rule.to not in reached:
                    reached.add(rule.to)
                    front.append(rule.to)
        assert reached == {"start"} | {r.state for r in role.table} | {r.to for r in role.table}
        assert set(role.final) <= reached

    def test_final_states_stay_final(self, role):
        assert not [rule for rule in role.table if rule.state in role.final and rule.to not in role.final]

    def test_each_effect_sends_no_more_than_its_row_says(self, role):
        """Read from the source: every performative that an effect tells is in a row that names the effect."""
        module = vars(inspect.getmodule(role))
        names = {value: key for key, value in module.items() if isinstance(value, Performative)}
        for effect in {rule.effect for rule in role.table if rule.effect}:
            source = inspect.getsource(getattr(role, effect))
            source = source.replace("self.tell_all(", "self.tell(")
            said = {act for act, name in names.items() if re.search(rf"self\.tell\(\s*{name},", source)}
            for rule in role.table:
                if rule.effect == effect:
                    assert said <= set(rule.sends), (effect, rule)

    def test_questions_can_be_answered(self, role):
        for state in role.asks:
            assert [rule for rule in role.table if rule.state == state and rule.on.startswith("decides")]

    def test_it_is_documented(self, role):
        assert inspect.getdoc(role)
        for rule in role.table:
            for name in (rule.guard, rule.effect):
                assert not name or inspect.getdoc(getattr(role, name)), name

    def test_it_can_be_drawn(self, role):
        diagram = role.diagram()
        tree = ET.fromstring(diagram._repr_svg_())
        drawn = "".join(tree.itertext())
        for rule in role.table:
            assert rule.state in drawn
            assert str(rule.on) in drawn
        assert len(diagram.text().splitlines()) == len(role.table) + 2


def test_a_conversation_id_is_used_once():
    talks = Conversations("boss")
    talks.start(ContractNetInitiator("dig", ["a"], reply_by=5), "c1", now=0)
    with pytest.raises(Exception, match="'c1'"):
        talks.start(ContractNetInitiator("dig", ["a"], reply_by=5), "c1", now=0)


def test_roles_must_fit():
    with pytest.raises(ParameterError, match="roles"):
        Conversations("a", [ContractNetParticipant, ContractNetParticipant()])
    with pytest.raises(ParameterError, match="roles"):
        Conversations("a", [ContractNetInitiator("dig", ["a"], reply_by=5)])


def test_a_table_that_names_no_method_is_an_error():
    with pytest.raises(LookupError, match="method of Wrong"):
        type("Wrong", (ContractNetParticipant,), {"table": (protocols.Rule("a", "b", "c", "nothing"),)})


def test_answers_to_nothing_are_an_error():
    talks = Conversations("a", [ContractNetParticipant])
    with pytest.raises(Exception, match="asks nothing"):
        talks.act(talks.hear((), 1), [protocols.Answer(("c", "b"), Performative.PROPOSE, 1)])


class Picky(ContractNetInitiator):
    """Reads whole numbers only, and keeps what it was offered; declares neither a table nor slots."""

    changing = (*ContractNetInitiator.changing, "offers")

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.offers = []

    def is_proposal(self, content):
        """Is it a whole number?"""
        return isinstance(content, int)

    def note_proposal(self, message):
        """Keep it, and note it."""
        super().note_proposal(message)
        self.offers.append(message.content)


def test_a_role_of_ones_own_changes_what_it_overrides_and_no_earlier_role():
    begun = Picky("dig", ["a", "b"], reply_by=5).begin("boss", "c1")
    bids = [
        call._replace(performative=Performative.PROPOSE, sender=call.receiver, receiver="boss", content=bid)
        for call, bid in zip(begun.messages, (3, 2.5), strict=True)
    ]
    heard = begun.role.step(bids, now=1)
    assert (heard.role.offers, heard.role.proposals) == ([3], {"a": 3})
    assert [(reason, message.sender) for reason, message in heard.ignored] == [("malformed", "b")]
    assert [m.performative for m in heard.messages] == [Performative.NOT_UNDERSTOOD]
    assert (begun.role.offers, begun.role.proposals) == ([], {})
    assert begun.role.step(bids, now=1).role.offers == [3]
