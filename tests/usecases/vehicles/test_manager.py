"""The manager's protocol, message by message: nothing lost, late, doubled or malformed gives a slot twice."""

from __future__ import annotations

import math

import pytest

from mas_kit.core import Crash, Message
from mas_kit.usecases.vehicles import Vehicles
from mas_kit.usecases.vehicles.manager import CANCEL, GRANT, PROTOCOL, REJECT, REQUEST, WAIT


class Desk:
    """A crossing without traffic; the test writes the letters."""

    def __init__(self, **settings):
        settings = {"flow": 1, "duration": 100.0, "delay": 0.0, **settings}
        self.model = Vehicles(seed=12, world="crossing", log=True, **settings)
        assert not self.model.scene.planned.ready or min(self.model.scene.planned.ready) > 60

    def write(self, act, car, content=None, number="1", protocol=PROTOCOL):
        message = Message(act, car, "manager", content, None, protocol, reply_with=number)
        self.model.scene.radio.send(message)

    def answers(self):
        """What the manager says to the letters of this tick: (act, car, content, number)."""
        self.model.step()  # the letters leave
        return self.wait()

    def wait(self, ticks=1):
        since = self.model.tick + 1
        self.model.run(ticks)
        sent = [event.data for event in self.model.log.select("sent", "manager", since)]
        return [(m.performative, m.receiver, m.content, m.in_reply_to) for m in sent]

    @property
    def manager(self):
        return self.model.scene.manager


def test_a_request_gets_a_slot_and_its_copy_the_same():
    desk = Desk()
    desk.write(REQUEST, "ann", (0, 20.0))
    assert desk.answers() == [(GRANT, "ann", 20.0, "1")]
    desk.write(REQUEST, "bob", (1, 20.5))
    desk.write(REQUEST, "ann", (0, 20.0))
    desk.write(REQUEST, "ann", (0, 20.0))
    assert sorted(desk.answers()) == sorted(
        [(GRANT, "ann", 20.0, "1"), (GRANT, "ann", 20.0, "1"), (GRANT, "bob", 22.5, "1")]
    )


def test_who_cannot_make_its_slot_any_more_gets_another():
    """The first grant was lost, and the car is later than it thought."""
    desk = Desk()
    desk.write(REQUEST, "ann", (0, 20.0))
    desk.answers()
    desk.write(REQUEST, "ann", (0, 24.0))
    assert desk.answers() == [(GRANT, "ann", 24.0, "1")]
    assert [grant.slot for grant in desk.manager.book.values()] == [24.0]


def test_a_cancelled_slot_is_free_again():
    desk = Desk()
    for car, ready in (("ann", 20.0), ("bob", 20.0)):
        desk.write(REQUEST, car, (0, ready))
    assert [content for _, _, content, _ in desk.answers()] == [20.0, 21.0]
    desk.write(CANCEL, "bob")
    assert desk.answers() == []
    desk.write(REQUEST, "cem", (0, 20.0))
    assert desk.answers() == [(GRANT, "cem", 21.0, "1")]
    assert desk.manager.cancelled == 1


def test_an_old_cancel_does_not_touch_a_new_slot():
    desk = Desk()
    desk.write(REQUEST, "ann", (0, 20.0), number="1")
    desk.answers()
    desk.write(REQUEST, "ann", (0, 25.0), number="2")
    assert desk.answers() == [(GRANT, "ann", 25.0, "2")]
    desk.write(CANCEL, "ann", number="1")
    desk.answers()
    assert desk.manager.book["ann"].slot == 25.0


@pytest.mark.parametrize(
    "content",
    [None, 7, "soon", (2, 20.0), (0, math.nan), (0, math.inf), (0, "soon"), (0,), (0, 1.0, 2.0), {}],
)
def test_nonsense_is_refused_and_stops_nobody(content):
    desk = Desk()
    desk.write(REQUEST, "eve", content)
    desk.write(REQUEST, "ann", (1, 20.0))
    answers = desk.answers()
    assert (GRANT, "ann", 20.0, "1") in answers
    assert [(act, car) for act, car, _, _ in answers if car == "eve"] == [(REJECT, "eve")]
    assert desk.manager.refused == 1


def test_what_is_not_of_the_protocol_is_not_answered():
    desk = Desk()
    desk.write(REQUEST, "eve", (0, 20.0), protocol="chess")
    desk.write(REQUEST, "eve", (0, 20.0), number=None)
    desk.write(GRANT, "eve", 20.0)
    desk.write(CANCEL, "nobody")
    assert desk.answers() == []
    assert not desk.manager.book


def test_slots_in_order_of_the_road():
    """Bob stands behind Ann, who was not heard yet: he waits until she has a slot, and comes after her."""
    desk = Desk(in_order=True)
    desk.write(REQUEST, "bob", (0, 21.0, "ann"))
    assert desk.answers() == [(WAIT, "bob", None, "1")]
    desk.write(REQUEST, "cem", (1, 22.0))
    assert desk.answers() == [(GRANT, "cem", 22.0, "1")]
    desk.write(REQUEST, "ann", (0, 20.0))
    answers = desk.answers()
    assert answers == [(GRANT, "ann", 24.5, "1"), (GRANT, "bob", 25.5, "1")]
    desk.write(REQUEST, "dee", (0, 26.0, "bob"))
    assert desk.answers() == [(GRANT, "dee", 26.5, "1")]
    desk.write(REQUEST, "eve", (0, 26.0, 7))
    assert [act for act, *_ in desk.answers()] == [REJECT]


def test_a_camera_refuses_who_is_not_there():
    desk = Desk(camera=True)
    desk.write(REQUEST, "phantom", (0, 20.0))
    ((act, car, reason, _),) = desk.answers()
    assert (act, car) == (REJECT, "phantom")
    assert "nobody of that name" in reason


def test_a_batch_tells_who_has_to_wait_and_forgets_who_does_not_ask_again():
    desk = Desk(coordination="batch")
    desk.write(REQUEST, "ann", (0, 20.0))
    assert desk.answers() == [(WAIT, "ann", None, "1")]
    assert list(desk.manager.waiting) == ["ann"]
    desk.wait(40)
    assert not desk.manager.waiting
    desk.write(REQUEST, "bob", (0, 9.0))
    assert desk.answers() == [(GRANT, "bob", 9.0, "1")]


def test_the_book_survives_a_crash():
    desk = Desk(faults=[Crash(agent="manager", at=5, until=30, forget=True)])
    desk.write(REQUEST, "ann", (0, 20.0))
    desk.answers()
    desk.wait(5)
    desk.write(REQUEST, "bob", (1, 20.0))
    assert desk.answers() == []  # down
    desk.wait(30)
    desk.write(REQUEST, "bob", (1, 20.0))
    assert desk.answers() == [(GRANT, "bob", 22.5, "1")]


def test_slots_that_are_over_leave_the_book_and_still_count():
    desk = Desk()
    desk.write(REQUEST, "ann", (0, 1.0))
    desk.answers()
    desk.wait(80)
    assert not desk.manager.book
    assert desk.manager.past[0] == 1.0


def test_a_slot_from_anybody_but_the_manager_is_not_believed():
    model = Vehicles(seed=1, world="crossing", flow=600, duration=60, loss=0.0).run(60)
    car = model.scene.cars[-1]
    car.slot = None
    forged = Message(GRANT, "ghost", car.name, 99.0, None, PROTOCOL, in_reply_to=car.number)
    old = Message(GRANT, "manager", car.name, 99.0, None, PROTOCOL, in_reply_to=f"{car.name}/0")
    car.inbox = [forged, old]
    assert car.perceive().offer is None
    car.inbox = [Message(GRANT, "manager", car.name, 99.0, None, PROTOCOL, in_reply_to=car.number)]
    assert car.perceive().offer == 99.0
