"""Pictures check their columns; frames say only what has changed."""

import numpy as np
import pytest

from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.viz import Bar, Lane, Movers, Picture
from mas_kit.viz.encode import Encoder


def pair(**columns):
    return Picture(**{"name": ["ann", "bob"], "x": [0.0, 4.0], "y": [0.0, 2.0], **columns})


def decode(frame):
    return {
        name: np.frombuffer(buffer, "<" + kind)
        for (name, kind), buffer in zip(frame.content["columns"], frame.buffers, strict=True)
    }


def test_positions_are_rows_of_x_and_y_and_bounds_get_a_margin():
    picture = pair()
    assert picture.positions().tolist() == [[0, 0], [4, 2]]
    assert picture.extent(picture.positions()) == pytest.approx((-0.32, -0.32, 4.32, 2.32))
    assert pair(bounds=(0, 0, 1, 1)).extent(picture.positions()) == (0, 0, 1, 1)


def test_one_agent_alone_has_an_extent():
    alone = Picture(name=["ann"], x=3.0, y=5.0)
    left, bottom, right, top = alone.extent(alone.positions())
    assert left < 3 < right
    assert bottom < 5 < top


def test_nobody_is_a_picture_too():
    frame = Encoder().encode(Picture(name=[], x=[], y=[]))
    assert frame.content["count"] == 0
    assert decode(frame)["xy"].size == 0


def test_whole_numbers_are_categories_and_fractions_lie_on_the_scale():
    assert pair(colour=[0, 7]).colours().tolist() == [0, 7]
    assert pair(colour=3).colours().tolist() == [3, 3]
    assert pair(colour=[0.0, 1.0]).colours().tolist() == [8, 71]
    assert pair(colour=[10.0, 15.0], colour_range=(10, 20)).colours().tolist() == [8, 8 + 31]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"x": [1.0]}, "x has 1 entries for 2 agents"),
        ({"y": [1.0, float("nan")]}, "y of 'bob' is nan"),
        ({"badge": ["one"]}, "badge has 1 entries for 2"),
        ({"shape": ["circle"]}, "shape has 1 entries for 2"),
        ({"colour": [0, 8]}, "colour = 8: allowed are the categories 0..7"),
        ({"bounds": (1, 0, 0, 1)}, "left < right"),
        ({"bars": {"stock": Bar([1.0])}}, "bars['stock'] has 1 entries"),
        (
            {"lanes": [Lane("road")], "movers": Movers([1, 2], ["ann"], ["bob"], [0.5], ["road"])},
            "different lengths",
        ),
        (
            {"lanes": [Lane("road")], "movers": Movers([1], [0], [2], [0.5], ["road"])},
            "row numbers 0..1, got 2",
        ),
    ],
)
def test_a_bad_column_is_named(columns, told):
    with pytest.raises(ParameterError) as error:
        Encoder().encode(pair(**columns))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("make", "near"),
    [
        (lambda: Encoder().encode(pair(shape="circel")), "'circle'"),
        (lambda: Lane("road", glyph="truk"), "'truck'"),
        (lambda: Encoder().encode(pair(lanes=[Lane("road")], links=[("ann", "bob", "raod")])), "'road'"),
        (lambda: Encoder().encode(pair(lanes=[Lane("road")], links=[("ann", "bo", "road")])), "'bob'"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(make, near):
    with pytest.raises(UnknownNameError, match=f"did you mean {near}"):
        make()


def test_the_second_frame_carries_only_what_moved():
    encoder = Encoder()
    first = encoder.encode(pair(bounds=(0, 0, 5, 5), badge=["a", "b"]))
    assert first.content["scene"]["names"] == ["ann", "bob"]
    assert first.content["badges"] == ["a", "b"]
    again = encoder.encode(pair(bounds=(0, 0, 5, 5), badge=["a", "b"]))
    assert again.content["columns"] == []
    assert "scene" not in again.content
    assert "badges" not in again.content
    moved = encoder.encode(pair(bounds=(0, 0, 5, 5), x=[1.0, 4.0], badge=["a", "c"]))
    assert [name for name, _ in moved.content["columns"]] == ["xy"]
    assert decode(moved)["xy"].tolist() == [1, 0, 4, 2]
    assert moved.content["badges"] == ["a", "c"]


def test_a_new_canvas_gets_everything_again_in_the_same_frame_of_reference():
    encoder = Encoder()
    encoder.encode(pair(x=[0.0, 40.0]))
    wide = encoder.encode(pair()).content.get("scene")
    assert wide is None  # bounds do not shrink within a run, so nothing static has changed
    encoder.forget()
    scene = encoder.encode(pair()).content["scene"]
    assert scene["extent"][2] > 40
    encoder.restart()
    assert encoder.encode(pair()).content["scene"]["extent"][2] < 5


def test_bars_are_shares_of_the_largest_seen_and_then_the_values():
    encoder = Encoder()
    first = decode(encoder.encode(pair(bars={"stock": Bar([5.0, 10.0])})))["bars"]
    assert first.tolist() == [0.5, 1.0, 5.0, 10.0]
    later = decode(encoder.encode(pair(bars={"stock": Bar([5.0, float("nan")])})))["bars"]
    assert later[0] == 0.5  # the bar stays as long as it was: 10 was the largest
    assert np.isnan(later[1])
    fixed = decode(Encoder().encode(pair(bars={"stock": Bar([5.0, 10.0], high=20)})))["bars"]
    assert fixed[:2].tolist() == [0.25, 0.5]


def test_movers_travel_as_columns():
    movers = Movers([7, 2**40 + 1], ["ann", "bob"], ["bob", "ann"], [0.25, 1.5], ["road", "road"], [3, 4])
    columns = decode(Encoder().encode(pair(lanes=[Lane("road")], movers=movers)))
    assert columns["m_id"].tolist() == [7, 1]
    assert columns["m_ends"].tolist() == [0, 1, 1, 0]
    assert columns["m_at"].tolist() == [0.25, 1.0]
    assert columns["m_amount"].tolist() == [3, 4]


def test_ten_thousand_agents_travel_without_text():
    n = 10_000
    encoder = Encoder()
    names = [f"a{i}" for i in range(n)]

    def at(shift):
        return Picture(name=names, x=np.arange(n) + shift, y=np.zeros(n), bounds=(0, -1, n, 1), badge=names)

    encoder.encode(at(0.0))
    frame = encoder.encode(at(1.0))
    assert len(str(frame.content)) < 500
    assert [len(buffer) for buffer in frame.buffers] == [n * 2 * 2]
    shares = decode(frame)["xy"].reshape(n, 2).astype(float)
    assert (
        np.abs(shares[:-1, 0] / 65535 * n - (np.arange(n - 1) + 1)).max() < n / 65535
    )  # 1/65535 of the width
    assert shares[-1, 0] == 65535  # on the edge
    assert np.abs(shares[:, 1] - 65535 / 2).max() <= 1


def roads(**columns):
    return pair(lanes=[Lane("road")], links=[("ann", "bob", "road"), ("bob", "ann", "road")], **columns)


def test_links_have_a_width_and_a_colour_of_their_own_where_these_are_given():
    encoder = Encoder()
    plain = decode(encoder.encode(roads()))
    assert plain["l_width"].size == plain["l_colour"].size == 0
    full = roads(link_width=[1.5, 8], link_colour=[0.0, 2.0], link_range=(0, 2))
    assert decode(encoder.encode(full))["l_width"].tolist() == [1.5, 8]
    assert full.link_colours().tolist() == [8, 71]
    assert roads(link_colour=[0, 7]).link_colours().tolist() == [0, 7]
    again = encoder.encode(roads(link_width=[1.5, 9], link_colour=[0.0, 2.0], link_range=(0, 2)))
    assert [name for name, _ in again.content["columns"]] == ["l_width"]
    assert "scene" not in again.content


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"link_width": [1.0]}, "link_width has 1 entries for 2 links"),
        ({"link_colour": [0.5, float("nan")]}, "link_colour holds what is not a finite number"),
        ({"link_colour": [0, 8]}, "link_colour = 8: allowed are the categories 0..7"),
    ],
)
def test_a_bad_column_of_links_is_named(columns, told):
    with pytest.raises(ParameterError) as error:
        Encoder().encode(roads(**columns))
    assert told in str(error.value)


def test_the_still_draws_links_as_wide_and_as_dark_as_the_canvas():
    from mas_kit.viz.palette import colours
    from mas_kit.viz.still import Still

    drawn = Still(roads(link_width=[1.5, 8], link_colour=[0.0, 1.0])).svg("roads")
    for width, colour in ((1.5, colours("light")[8]), (8, colours("light")[71])):
        assert f'stroke="{colour}" stroke-opacity="0.9" stroke-width="{width:g}"' in drawn
