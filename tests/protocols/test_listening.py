"""A single message is heard by a short way, and a call to many is read once: both come to the same as the
long way, whatever comes, and neither changes anything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mas_kit import Message, Performative
from mas_kit.core.messages import letters
from mas_kit.protocols import Answer, ContractNetInitiator, ContractNetParticipant, Conversations
from tests.protocols.examples import examples, note
from tests.protocols.wire import attributes, fates, mangle, photograph, told

NAMES = ("ann", "bob", "cyd")
NET = "fipa-contract-net"
P = Performative


class LongWay(Conversations):
    """Hears every message as if it were one of many."""

    def _one(self, message, now):
        return None


class Shy(ContractNetParticipant):
    """Says who it is in what it is called for: not the same for everybody."""

    def read_call(self, message):
        super().read_call(message)
        self.task = (self.me, message.content)


def mail(now):
    """By name: what the same sender says to all three. Letters to several share all but the receiver."""
    said = [
        letters(P.CFP, "boss", NAMES, "dig", "c", NET, reply_with="c/cfp", reply_by=now + 3),
        letters(P.CFP, "boss", NAMES, ["dig"], "c2", NET, reply_with="c2/cfp", reply_by=now + 6),
        letters(P.CFP, "eve", NAMES, "dig", "c", NET, reply_with="c/cfp", reply_by=now + 3),
        letters(P.CFP, "boss", NAMES, "dig", "c", NET),
        letters(P.CFP, "boss", NAMES, None, "c", NET, reply_by=now + 3),
        letters(P.CFP, "boss", NAMES, "dig", "own", NET, reply_by=now + 3),
        letters(P.REJECT_PROPOSAL, "boss", NAMES, None, "c", NET),
        letters(P.ACCEPT_PROPOSAL, "boss", NAMES, "dig", "c", NET, reply_by=now + 4),
        letters(P.CANCEL, "boss", NAMES, "dig", "c", NET),
        letters(P.PROPOSE, "dan", NAMES, 4, "own", NET, in_reply_to="own/cfp"),
        letters(P.INFORM, "boss", NAMES, "hello"),
    ]
    return [dict(zip(NAMES, same, strict=True)) for same in said]


def seen(hearing):
    """All that a hearing holds."""
    changed = {key: attributes(role) for key, role in hearing.changed.items()}
    rest = (hearing.questions, hearing.outcomes, hearing.time, hearing.ignored, hearing.inbox, hearing.fresh)
    return repr((changed, told(hearing), rest))


answers = st.sampled_from(["say", "say", "say", "refuse", "wait"])
news = st.tuples(st.integers(0, 3), st.integers(0, 10), fates, answers)


def answered(hearing, how):
    """What the policy says, if anything."""
    acts = {"bid": P.REFUSE if how == "refuse" else P.PROPOSE, "perform": P.INFORM}
    return [Answer(q.key, acts[q.kind], 3) for q in hearing.questions if how != "wait"]


@examples(150)
@given(script=st.lists(news, max_size=25), single=st.booleans())
def test_the_short_way_comes_to_the_same_as_the_long_one(script, single):
    note("short way of hearing")
    ways = [{name: kind(name, [ContractNetParticipant], memory=8) for name in NAMES}
            for kind in (Conversations, LongWay)]  # fmt: skip
    for talks in (talks for way in ways for talks in way.values()):
        talks.start(ContractNetInitiator("fill", ["dan", "fay"], reply_by=9), "own", now=0)
    now = 1
    for wait, which, (what, number, junk), how in script:
        now += wait
        posted = mail(now)[which]
        for name in NAMES:
            arrives = [letter for _, letter in mangle(posted[name], what, number, junk)]
            for inbox in [[letter] for letter in arrives] if single else [arrives]:
                short, long = (way[name] for way in ways)
                before = photograph(short)
                hearing = short.hear(inbox, now)
                assert seen(short.hear(inbox, now)) == seen(hearing)
                assert photograph(short) == before
                other = long.hear(inbox, now)
                assert seen(hearing) == seen(other)
                assert repr(short.act(hearing, answered(hearing, how))) == repr(
                    long.act(other, answered(other, how))
                )
                assert photograph(short) == photograph(long)


def test_a_call_to_many_is_read_once_and_asked_of_each():
    call = mail(1)[0]
    heard = {name: Conversations(name, [ContractNetParticipant]).hear([call[name]], 1) for name in NAMES}
    assert len({id(hearing.questions) for hearing in heard.values()}) == 1
    assert [[role.me for role in hearing.changed.values()] for hearing in heard.values()] == [
        [name] for name in NAMES
    ]


def test_a_call_that_differs_in_one_thing_is_read_anew():
    call = mail(1)[0]["ann"]
    Conversations("ann", [ContractNetParticipant]).hear([call], 1)
    for sender, content, now in (
        ("eve", "dig", 1),
        ("boss", "fill", 1),
        ("boss", "dig", 4),
        ("boss", "dig", 5),
    ):
        same = tuple.__new__(Message, (P.CFP, sender, "bob", content, call.others))
        ways = [kind("bob", [ContractNetParticipant]) for kind in (Conversations, LongWay)]
        short, long = (seen(talks.hear([same], now)) for talks in ways)
        assert short == long
        Conversations("ann", [ContractNetParticipant]).hear([call], 1)


def test_settings_and_overridden_methods_keep_their_say():
    call = mail(1)[0]
    patient = Conversations("bob", [ContractNetParticipant(patience=7)])
    for name, roles in (("ann", [ContractNetParticipant]), ("cyd", [Shy])):
        question = Conversations(name, roles).hear([call[name]], 1).questions[0]
        assert question.content == ("dig" if name == "ann" else ("cyd", "dig"))
        assert Conversations("bob", [Shy]).hear([call["bob"]], 1).questions[0].content == ("bob", "dig")
    role = patient.hear([call["bob"]], 1).changed["c", "boss"]
    assert role.patience == 7
