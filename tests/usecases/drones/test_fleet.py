"""The fleet: deliveries by the tick, nothing lost or counted twice, who takes over, and explanations."""

from __future__ import annotations

import math
import pickle

import pytest

from mas_kit import usecases
from mas_kit.checks import check_model
from mas_kit.core.faults import Bias, Crash, Loss, Partition
from mas_kit.experiments import reproduce
from mas_kit.usecases.drones import experiments, resilience
from mas_kit.usecases.drones.consensus import UNTOUCHED, build, forget, keep_only, listen, table_of
from mas_kit.usecases.drones.model import DroneFleet
from mas_kit.usecases.drones.parameters import DroneFleetParameters
from mas_kit.usecases.drones.routes import worth

ALLOCATIONS = next(i for i in DroneFleetParameters.describe() if i.name == "allocation").choices
CLOSE = {"radio_range": 1000, "rate": 0.2, "ticks": 100}


def fleet(**settings) -> DroneFleet:
    return DroneFleet(**{"seed": 4, "ticks": 80, **settings})


@pytest.mark.parametrize("allocation", [one for one in ALLOCATIONS if one != "dispatcher"])
def test_it_keeps_the_rules_of_the_kit(allocation):
    """Percepts keep the world out, deciding changes nothing, no order of agents or of mail decides."""
    assert check_model(DroneFleet, allocation=allocation).ok


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_the_books_balance(allocation):
    """Every order is waiting or delivered; every parcel is on board or delivered; nobody flies on nothing."""
    model = fleet(allocation=allocation, rate=0.3)
    seen = dict.fromkeys((drone.name for drone in model.drones), model.p.payload)
    handed_out = 0
    while not model.finished:
        before = model.tally.delivered + model.tally.duplicates
        model.step()
        for drone in model.drones:
            handed_out += max(0, seen[drone.name] - drone.load)
            seen[drone.name] = drone.load
            assert 0 <= drone.load <= model.p.payload
            assert 0 <= drone.battery <= model.p.battery
            assert drone.cell not in model.ground.blocked
        assert handed_out == model.tally.delivered + model.tally.duplicates >= before
    assert model.tally.delivered + len(model.waiting) == len(model.orders)
    assert model.metrics()["stranded"] == 0
    assert 0 < model.tally.value <= model.tally.offered


def test_a_drone_flies_one_cell_a_tick_and_delivers_when_it_said():
    model = DroneFleet.oracle("one route", seed=2)
    order_in = {}
    while not model.finished:
        at = {drone.name: model.ground.place(drone.cell) for drone in model.drones}
        model.step()
        for drone in model.drones:
            (x, y), (a, b) = at[drone.name], model.ground.place(drone.cell)
            assert abs(x - a) + abs(y - b) <= 1
        for number in set(model.orders) - set(model.waiting) - set(order_in):
            order_in[number] = model.tick
    value = sum(worth(model.rules, model.orders[n], tick) for n, tick in order_in.items())
    assert value == pytest.approx(model.metrics()["value"])
    assert experiments.off_optimum(model) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["cbba", "bertsekas", "assignment", "one-route"])
def test_exact_results_hold(name):
    found = [e for e in experiments.EXPERIMENTS if e.name == name]
    report = reproduce(found, workers=1, progress=False)
    assert report.holds, report.frame[["quantity", "published", "ours", "verdict", "reason"]].to_string()


def test_a_planner_that_dawdles_is_off_the_optimum():
    """The comparison can fail: a drone that loads for one tick less than reckoned comes out elsewhere."""
    model = DroneFleet.oracle("one route", seed=2, allocation="each for itself").run()
    assert experiments.off_optimum(model) < -0.01


@pytest.mark.parametrize("allocation", [a for a in ALLOCATIONS if a != "each for itself"])
def test_with_radio_everywhere_nothing_is_delivered_twice(allocation):
    assert (
        sum(fleet(allocation=allocation, **CLOSE | {"seed": s}).run().tally.duplicates for s in range(3)) == 0
    )


def test_without_words_much_is_delivered_twice():
    assert fleet(allocation="each for itself").run().tally.duplicates > 10


@pytest.mark.parametrize("allocation", [a for a in ALLOCATIONS if a != "each for itself"])
def test_others_take_over_from_a_drone_that_breaks_down(allocation):
    """Three of six go down in tick 30; every open order that they had is in another plan before long."""
    down = [Crash(agent=f"drone-{i}", at=30) for i in (1, 2, 3)]
    orphans = adopted = 0.0
    for seed in range(3):
        model = fleet(allocation=allocation, faults=down, start_orders=20, **CLOSE | {"seed": seed}).run()
        found = model.metrics()
        orphans, adopted = orphans + found["orphans"], adopted + found["adopted"]
        assert math.isnan(found["reallocation"]) or found["reallocation"] <= 60
        later = [row["delivered"] for row in model.history if row["time"] in (30, 100)]
        assert later[1] > later[0]
    assert orphans > 0
    assert adopted == orphans


def test_consensus_takes_over_later_the_more_patient_it_is():
    """Unless somebody outbids the silent drone, its orders are free when the silence has lasted so long."""
    means = []
    for patience in (5, 25):
        times = []
        for seed in range(4):
            down = [Crash(agent=f"drone-{i}", at=30) for i in (1, 2, 3)]
            model = fleet(faults=down, start_orders=20, patience=patience, **CLOSE | {"seed": seed}).run()
            times += model.tally.adopted
        means.append(sum(times) / len(times))
    assert means[0] + 5 < means[1]


def test_the_dispatcher_is_missed_and_its_backup_is_not():
    gone = [Crash(agent="dispatcher", at=30)]
    calm, alone, backed = (
        fleet(allocation=who, faults=faults, **CLOSE).run().metrics()["delivered"]
        for who, faults in (
            ("dispatcher", []),
            ("dispatcher", gone),
            ("dispatcher and backup", gone),
        )
    )
    assert alone < 0.6 * calm
    assert backed >= 0.9 * calm


def test_the_second_station_takes_over_the_auctions():
    for allocation in ("contract net", "sequential auction"):
        model = fleet(allocation=allocation, faults=[Crash(agent="station-1", at=10)], **CLOSE).run()
        late = [o for o in model.orders.values() if o.station == 0 and 20 < o.release < 60]
        assert late
        assert sum(o.number not in model.waiting for o in late) >= 0.8 * len(late)


def test_a_split_leads_to_duplicates_and_they_are_counted():
    twice = 0.0
    for seed in range(6):
        model = resilience.fleet(seed=seed, trouble="split").run()
        twice += resilience.late_duplicates(model)
    assert twice > 0


def test_a_biased_gauge_strands_drones():
    """A drone that believes in 40 cells too many runs dry; it comes down and lets go of its orders."""
    bias = [Bias(agent="drone-1", field="battery", offset=40, at=1)]
    model = fleet(faults=bias, battery=40, rate=0.3, ticks=150).run()
    assert model.agent("drone-1").stranded
    assert model.metrics()["stranded"] == 1
    assert model.agent("drone-1").route == ()


def test_pibt_keeps_drones_apart_and_layers_do_not():
    meet = {
        traffic: sum(fleet(traffic=traffic, drones=12, rate=0.5, seed=s).run().tally.meetings for s in (1, 2))
        for traffic in ("pibt", "layers")
    }
    assert meet["pibt"] == 0
    assert meet["layers"] > 0


def test_same_seed_same_run_and_loss_changes_no_order():
    one, two = (fleet(seed=9, loss=0.3).run() for _ in range(2))
    assert one.history == two.history
    other = fleet(seed=9, loss=0.6, allocation="dispatcher").run()
    assert one.orders == other.orders
    assert one.history != other.history


def test_total_silence_is_survived_by_those_who_need_no_word():
    mute = [Loss(network="radio", probability=1, at=1)]
    assert fleet(allocation="consensus", faults=mute).run().tally.delivered == 0  # nobody hears of an order
    late = [Loss(network="radio", probability=1, at=40)]
    assert fleet(allocation="consensus", faults=late).run().tally.delivered > 0


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_everybody_can_say_why(allocation):
    model = fleet(allocation=allocation, ticks=12, start_orders=20, log=True).run()
    for agent in model.by_name.values():
        explained = agent.explain()
        assert explained.reason
        again = agent.policy.decide(agent.percept, agent.rng)
        assert again == agent.decision  # deciding is pure
    drone = next(drone for drone in model.drones if drone.route)
    assert "order" in drone.explain().reason


def test_a_fleet_can_be_pickled():
    model = fleet(ticks=20).run(10)
    twin = pickle.loads(pickle.dumps(model))
    assert twin.run().history == model.run().history


def test_the_rules_of_a_fleet_that_goes_on():
    """Silence frees what the silent one claimed; done tasks leave; a higher bid wins."""

    def gain(task, path):
        return 10.0 - task - len(path), len(path)

    mine = build("a", UNTOUCHED, [1, 2], gain, 2)
    assert mine.path == (1, 2)
    rival = build("b", UNTOUCHED, [1], lambda task, path: (20.0, 0), 1)
    heard = listen("a", mine, [table_of("b", rival)], 5)
    assert heard.path == ()  # 1 is lost, and 2 was reckoned with 1 in the path
    assert heard.claims[1].winner == "b"
    assert forget("a", heard, 5 + 8, 8).claims[1].winner == "b"
    assert 1 not in forget("a", heard, 5 + 9, 8).claims
    assert keep_only(mine, [2]).path == (2,)


def test_every_slider_at_both_ends():
    from mas_kit.usecases.drones.app import APP

    for info in DroneFleetParameters.describe():
        if info.kind == "choice":
            ends = info.choices
        elif info.kind == "bool":
            ends = (False, True)
        else:
            ends = APP.ranges.get(info.name, (info.low, info.high))
            if info.kind == "int":
                ends = tuple(map(int, ends))
        for end in ends:
            model = DroneFleet(seed=1, **{"ticks": 8, info.name: end}).run(8)
            assert all(math.isfinite(row["value"]) for row in model.history)
            APP.picture(model).positions()


def test_it_is_a_use_case():
    case = usecases.load("drones")
    assert case.model is DroneFleet
    assert case.experiments is experiments.EXPERIMENTS


def test_split_groups_are_those_that_are_there():
    fault = resilience.study.faults("split", "dispatcher and backup")[0]
    assert isinstance(fault, Partition)
    assert "backup" in fault.groups[0]
    with pytest.raises(LookupError, match="trouble"):
        resilience.study.faults("flood", "consensus")
