"""Messages carry FIPA's parameters; performatives are the 22 of the standard."""

import copy
import pickle

import pytest

from mas_kit.core import Message, Performative, UnknownNameError


def test_the_performatives_of_sc00037j():
    assert sorted(Performative) == [
        "accept-proposal", "agree", "cancel", "cfp", "confirm", "disconfirm", "failure", "inform",
        "inform-if", "inform-ref", "not-understood", "propagate", "propose", "proxy", "query-if", "query-ref",
        "refuse", "reject-proposal", "request", "request-when", "request-whenever", "subscribe",
    ]  # fmt: skip


def test_the_parameters_of_sc00061g():
    assert set(Message._fields) == {
        "performative", "sender", "receiver", "reply_to", "content", "language", "encoding", "ontology",
        "protocol", "conversation_id", "reply_with", "in_reply_to", "reply_by",
    }  # fmt: skip


def test_a_message_cannot_be_changed():
    message = Message(Performative.INFORM, "ann", "bob", 3)
    with pytest.raises(AttributeError):
        message.content = 4


FULL = Message(Performative.CFP, "a", "b", 3, "c", "cnp", "q", "r", 5.0, "x", "l", "e", "o")
SHORT = Message(Performative.CFP, "a", "b", 3)


@pytest.mark.parametrize("message", [FULL, SHORT])
def test_a_message_is_a_named_tuple_of_all_thirteen(message):
    """Whatever it stores."""
    assert len(message) == len(tuple(message)) == 13
    assert [message[i] for i in range(13)] == list(message) == [getattr(message, f) for f in message._fields]
    assert message[-1] == message.ontology
    assert message._asdict() == dict(zip(message._fields, message, strict=True))
    assert Message(*message) == message
    assert hash(Message(*message)) == hash(message)
    assert pickle.loads(pickle.dumps(message)) == copy.deepcopy(message) == message
    assert message._replace(content=4).content == 4
    assert message._replace(protocol="p") != message
    assert message._replace(protocol="p")._replace(protocol=message.protocol) == message
    performative, sender, *rest = message
    assert (performative, sender, len(rest)) == (Performative.CFP, "a", 11)
    match message:
        case Message(sender=who, ontology=what):
            assert (who, what) == ("a", message.ontology)


def test_a_message_reads_well():
    assert repr(SHORT) == (
        "Message(performative=<Performative.CFP: 'cfp'>, sender='a', receiver='b', content=3)"
    )
    assert "ontology='o'" in repr(FULL)


def test_a_parameter_that_fipa_does_not_know():
    with pytest.raises(TypeError, match="conversationid"):
        Message(Performative.CFP, "a", "b", conversationid=3)


def test_reply_goes_where_the_sender_wants_it():
    ask = Message(
        Performative.CFP, "ann", "bob", 3, "c1", "contract-net", reply_with="q1", reply_to="clerk", reply_by=9
    )
    answer = ask.reply(Performative.PROPOSE, 12, ontology="prices")
    assert answer == Message(
        Performative.PROPOSE, "bob", "clerk", 12, "c1", "contract-net", in_reply_to="q1", ontology="prices"
    )
    assert answer.reply_by is None


def test_a_message_compares_nothing_that_it_carries():
    class Touchy:
        def __eq__(self, other):
            raise RuntimeError("do not compare me")

        __hash__ = None

    touchy = Touchy()
    message = Message(Performative.INFORM, "ann", "bob", touchy, reply_with=touchy)
    assert message.reply_with is touchy


def test_a_performative_may_be_given_as_text():
    """Protocols tell acts apart by what they are, not by how they read."""
    ask = Message("request", "ann", "bob", reply_with="q")
    assert ask.performative is Performative.REQUEST
    assert ask.reply("agree").performative is Performative.AGREE
    assert ask._replace(performative="cfp").performative is Performative.CFP
    with pytest.raises(UnknownNameError, match="no performative named 'agre'; did you mean 'agree'"):
        ask.reply("agre")
