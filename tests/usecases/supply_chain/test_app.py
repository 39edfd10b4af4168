"""The beer game's page draws what the model holds, in every setting."""

import math
import xml.etree.ElementTree as ET

import pytest

import mas_kit
from mas_kit.core.faults import Crash
from mas_kit.usecases import load
from mas_kit.usecases.supply_chain import SupplyChain
from mas_kit.usecases.supply_chain.app import APP, NAMES, bullwhip, facts, picture
from mas_kit.viz import picture_svg
from mas_kit.viz.encode import Encoder

SETTINGS = [
    {},
    {"information": "pos"},
    {"retry": 3},
    {"retailer": "vendor managed", "wholesaler": "vendor managed", "information": "pos"},
    {"demand": "real", "whole": False},
    SupplyChain.oracles["stationary"],
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_setting_can_be_drawn_each_week(setting):
    model = SupplyChain(seed=1, weeks=30, **{key: value for key, value in setting.items() if key != "weeks"})
    encoder = Encoder()
    for _ in range(30):
        encoder.encode(picture(model))
        model.step()
    ET.fromstring(picture_svg(model, APP))


def test_what_is_in_transit_is_on_the_picture():
    model = SupplyChain(seed=1).run(9)
    movers = picture(model).movers
    carried = [entry for network in model.networks.values() for entry in network.in_flight()]
    assert len(movers.id) == len(carried) == len(set(movers.id))
    assert sorted(movers.amount) == sorted(message.content for message, _ in carried)
    assert all(0 < progress < 1 for progress in movers.progress)
    for source, target, lane in zip(movers.source, movers.target, movers.lane, strict=True):
        upstream = NAMES.index(target) > NAMES.index(source)
        assert lane == ("orders" if upstream else "goods")


def test_goods_come_nearer_every_week():
    model = SupplyChain(seed=1).run(5)
    before = dict(zip(picture(model).movers.id, picture(model).movers.progress, strict=True))
    model.step()
    after = dict(zip(picture(model).movers.id, picture(model).movers.progress, strict=True))
    both = set(before) & set(after)
    assert len(both) >= 4
    assert all(after[key] > before[key] for key in both)


def test_stocks_and_backlogs_are_the_model_s():
    model = SupplyChain(seed=1).run(12)
    bars = picture(model).bars
    assert math.isnan(bars["inventory"].values[0])
    assert bars["inventory"].values[1:] == [stage.on_hand for stage in model.stages]
    assert bars["backlog"].values[1:] == [stage.backlog for stage in model.stages]


def test_a_stage_that_is_down_is_marked():
    model = SupplyChain(seed=1, faults=[Crash(agent="distributor", at=3, until=8)]).run(4)
    assert picture(model).down == [name == "distributor" for name in NAMES]


def test_shared_sales_data_get_a_lane_only_where_they_are_shared():
    assert [lane.name for lane in picture(SupplyChain(seed=1)).lanes] == ["orders", "goods"]
    sharing = SupplyChain(seed=1, information="pos").run(3)
    assert "shared sales data" in picture(sharing).movers.lane


def test_every_chart_reads_columns_that_are_recorded():
    row = SupplyChain(seed=1).run(1).history[0]
    for chart in APP.charts:
        assert set(getattr(chart, "columns", {}).values()) <= set(row)


def test_the_headline_is_the_cost_and_the_bullwhip_that_of_the_metrics():
    model = SupplyChain.oracle("benchmark", seed=1).run()
    assert facts(model)["cost so far"] == "$204.00"
    assert bullwhip(model)["factory"] == pytest.approx(model.metrics()["factory.bullwhip"])
    assert set(bullwhip(SupplyChain(seed=1)).values()) == {0.0}


def test_the_page_is_registered_and_its_sliders_stay_inside_the_bounds():
    assert load("supply_chain").app is APP
    for info in SupplyChain.Parameters.describe():
        if info.name in APP.ranges:
            low, high = APP.ranges[info.name]
            assert info.low <= low <= info.default <= high <= info.high, info.name
    assert set(APP.ranges) <= {info.name for info in SupplyChain.Parameters.describe()}


def test_a_player_sees_the_board_and_nothing_else():
    view = mas_kit.show("supply_chain", seed=1, factory="person").step(5)
    text = view.seat.percept.value
    assert "You are the factory" in text
    assert text.count("<div><b>") == 5
