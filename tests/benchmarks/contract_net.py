"""Contract net with 1,000 bidders: messages a second beside a bare loop over deques, and beside mango-agents.

All three do the same: a call to 1,000 bidders, 1,000 bids, an award, 999 rejections, a report, five times
over. mango-agents is measured where it is installed; nothing else here needs it.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections import deque
from collections.abc import Callable
from typing import Any

from harness import Measure, benchmark

from mas_kit.core import Agent, Message, Model, Network, Performative
from mas_kit.protocols import Answer, ContractNetInitiator, ContractNetParticipant, Conversations, Hearing

BIDDERS, CALLS = 1000, 5
NAMES = [f"b{i}" for i in range(BIDDERS)]
BIDS = {name: (i * 7919) % 10007 for i, name in enumerate(NAMES)}
BEST = min(NAMES, key=BIDS.__getitem__)
CFP, PROPOSE, INFORM = Performative.CFP, Performative.PROPOSE, Performative.INFORM
ACCEPT, REJECT = Performative.ACCEPT_PROPOSAL, Performative.REJECT_PROPOSAL
MESSAGES = CALLS * (3 * BIDDERS + 1)


def bare_loop() -> int:
    """The same traffic with nothing around it."""
    from office import Record

    boxes: dict[str, deque[Record]] = {name: deque() for name in ("boss", *NAMES)}
    office = boxes["boss"]
    sent = 0
    for _ in range(CALLS):
        for name in NAMES:
            boxes[name].append(Record("cfp", "boss", name, 1))
            sent += 1
        for name in NAMES:
            boxes[name].popleft()
            office.append(Record("propose", name, "boss", BIDS[name]))
            sent += 1
        bids = {}
        while office:
            bid = office.popleft()
            bids[bid.sender] = bid.content
        best = min(bids, key=bids.__getitem__)
        for name in bids:
            boxes[name].append(Record("accept" if name == best else "reject", "boss", name, 0))
            sent += 1
        for name in NAMES:
            if boxes[name].popleft().performative == "accept":
                office.append(Record("inform", name, "boss", 0))
                sent += 1
        assert office.popleft().sender == BEST
    return sent


class Bidder(Agent):
    """Bids its number, and does the work at once if it wins."""

    def __init__(self, model: Market, name: str) -> None:
        super().__init__(model, name)
        self.talks = Conversations(self, [ContractNetParticipant])

    def perceive(self) -> Hearing:
        """What the mail brings about."""
        return self.talks.hear()

    def decide(self, percept: Hearing) -> list[Answer]:
        """Answer what is asked."""
        bid = BIDS[self.name]
        return [
            q.answer("propose", bid) if q.kind == "bid" else q.answer("inform") for q in percept.questions
        ]

    def act(self, action: list[Answer]) -> None:
        """Say so."""
        self.talks.act(self.percept, action)


class Boss(Agent):
    """Calls for bids, five times, one after the other."""

    def __init__(self, model: Market, name: str) -> None:
        super().__init__(model, name)
        self.talks = Conversations(self)
        self.winners: list[str] = []
        self.calls = 0

    def perceive(self) -> Hearing:
        """What the mail brings about."""
        return self.talks.hear()

    def decide(self, percept: Hearing) -> tuple[Answer, ...]:
        """The rule of the protocol chooses: the lowest bid."""
        return ()

    def act(self, action: tuple[Answer, ...]) -> None:
        """Call again when the last task is done."""
        self.talks.act(self.percept, action)
        for outcome in self.percept.outcomes:
            assert outcome.status == "done"
            self.winners += outcome.value.contractors
        if not self.talks.open and self.calls < CALLS:
            self.calls += 1
            self.talks.start(ContractNetInitiator("dig", NAMES, reply_by=self.model.tick + 5))


class Market(Model):
    """A boss and a thousand bidders."""

    def build(self) -> None:
        """The network and the agents."""
        self.net = Network(self)
        self.boss = Boss(self, "boss")
        for name in NAMES:
            Bidder(self, name)


def market(kind: type[Market] = Market) -> Callable[[], int]:
    """A fresh model, ready to run."""
    model = kind(seed=1)

    def run() -> int:
        while len(model.boss.winners) < CALLS:
            model.step()
        assert model.boss.winners == [BEST] * CALLS
        assert model.net.counts["sent"] == MESSAGES
        return MESSAGES

    return run


@benchmark(
    name="contract net",
    what="contract net with 1,000 bidders, over the same messages in a bare collections.deque loop",
    bound=">= 0.02",
    unit="messages/s",
    rounds=9,
)
def beside_deques() -> tuple[Measure, Measure]:
    """The packaged protocol: checked, timed out, drawn from its table."""
    from network import per_second  # not at the top: it registers benchmarks of its own

    return per_second(market), per_second(lambda: bare_loop)


class HandBidder(Agent):
    """A bidder without the packaged protocol: it trusts everything that it is told."""

    def perceive(self) -> list[Message]:
        """The mail."""
        return self.inbox

    def decide(self, percept: list[Message]) -> list[Message]:
        """Bid, or report."""
        return [
            m.reply(PROPOSE, BIDS[self.name]) if m.performative is CFP else m.reply(INFORM)
            for m in percept
            if m.performative is not REJECT
        ]

    def act(self, action: list[Message]) -> None:
        """Say so."""
        for message in action:
            self.model.net.send(message)


class HandBoss(Agent):
    """A boss without it: it counts the bids, and awards when all are there."""

    def __init__(self, model: HandMarket, name: str) -> None:
        super().__init__(model, name)
        self.winners: list[str] = []
        self.busy = False

    def decide(self, percept: tuple[Message, ...]) -> dict[str, int]:
        """The bids that came."""
        return {m.sender: m.content for m in percept if m.performative is PROPOSE}

    def act(self, action: dict[str, int]) -> None:
        """Award, or call again."""
        if action:
            best = min(action, key=action.__getitem__)
            for name in action:
                self.send(ACCEPT if name == best else REJECT, name, 0, network=self.model.net)
        elif self.percept:
            self.winners.append(self.percept[0].sender)
            self.busy = False
        if not self.busy and len(self.winners) < CALLS:
            self.busy = True
            for name in NAMES:
                self.send(CFP, name, "dig", network=self.model.net)


class HandMarket(Market):
    """The same market, the protocol written by hand."""

    def build(self) -> None:
        """The network and the agents."""
        self.net = Network(self)
        self.boss = HandBoss(self, "boss")
        for name in NAMES:
            HandBidder(self, name)


def mango_market() -> Callable[[], int]:
    """The same in mango-agents: one container, one agent each, messages with its performatives."""
    import mango

    acts = mango.Performatives

    class MangoBidder(mango.Agent):  # type: ignore[misc]
        """Bids, and reports."""

        def __init__(self, bid: int) -> None:
            super().__init__()
            self.bid = bid

        def handle_message(self, content: Any, meta: dict[str, Any]) -> None:
            act = meta["performative"]
            back = mango.sender_addr(meta)
            if act == acts.call_for_proposal:
                self.schedule_instant_message(self.bid, back, performative=acts.propose)
            elif act == acts.accept_proposal:
                self.schedule_instant_message("done", back, performative=acts.inform)

    class MangoBoss(mango.Agent):  # type: ignore[misc]
        """Calls, awards, and counts what it sends and hears."""

        def __init__(self) -> None:
            super().__init__()
            self.bids: dict[Any, int] = {}
            self.count = self.calls = 0
            self.finished = asyncio.Event()

        def handle_message(self, content: Any, meta: dict[str, Any]) -> None:
            self.count += 1
            if meta["performative"] == acts.propose:
                self.bids[mango.sender_addr(meta)] = content
                if len(self.bids) == BIDDERS:
                    self.schedule_instant_task(self.award())
            else:
                self.calls += 1
                if self.calls == CALLS:
                    self.finished.set()
                else:
                    self.schedule_instant_task(self.call())

        async def call(self) -> None:
            self.bids = {}
            for other in self.others:
                self.count += 1
                await self.send_message("dig", other, performative=acts.call_for_proposal)

        async def award(self) -> None:
            best = min(self.bids, key=self.bids.__getitem__)
            for other in self.bids:
                self.count += 1
                act = acts.accept_proposal if other == best else acts.reject_proposal
                await self.send_message(0, other, performative=act)

    async def all_of_it() -> int:
        container = mango.create_ec_container(addr="here")
        boss = container.register(MangoBoss())
        bidders = [container.register(MangoBidder(BIDS[name])) for name in NAMES]
        boss.others = [bidder.addr for bidder in bidders]
        async with mango.activate(container):
            await boss.call()
            await boss.finished.wait()
        return int(boss.count)

    def run() -> int:
        count = asyncio.run(all_of_it())
        assert count == MESSAGES
        return count

    return run


if importlib.util.find_spec("mango") is not None:

    @benchmark(
        name="contract net by hand, mango",
        what="contract net with 1,000 bidders written by hand, over the same one in mango-agents",
        bound=">= 4",
        unit="messages/s",
        rounds=5,
    )
    def by_hand_beside_mango() -> tuple[Measure, Measure]:
        """Platform beside platform: neither side checks or times out anything."""
        from network import per_second

        return per_second(lambda: market(HandMarket)), per_second(mango_market)

    @benchmark(
        name="contract net, mango",
        what="the packaged contract net with 1,000 bidders, over one written by hand in mango-agents",
        bound=">= 3.5",
        unit="messages/s",
        rounds=5,
    )
    def beside_mango() -> tuple[Measure, Measure]:
        """An agent platform on asyncio, which has no such protocol."""
        from network import per_second

        return per_second(market), per_second(mango_market)
