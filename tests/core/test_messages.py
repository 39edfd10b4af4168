"""Messages carry FIPA's parameters; performatives are the 22 of the standard."""

import pytest

from mas_kit.core import Message, Performative


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


def test_reply_goes_where_the_sender_wants_it():
    ask = Message(
        Performative.CFP, "ann", "bob", 3, "c1", "contract-net", reply_with="q1", reply_to="clerk", reply_by=9
    )
    answer = ask.reply(Performative.PROPOSE, 12, ontology="prices")
    assert answer == Message(
        Performative.PROPOSE, "bob", "clerk", 12, "c1", "contract-net", in_reply_to="q1", ontology="prices"
    )
    assert answer.reply_by is None
