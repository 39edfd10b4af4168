"""The view from Python: the same object that a page and a notebook show."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import ipywidgets as w
import pytest

import mas_kit
from mas_kit import Model
from mas_kit.core.errors import ParameterError, UnknownNameError
from mas_kit.viz import App, picture_svg
from mas_kit.viz.controls import control
from mas_kit.viz.session import LOGGED_UP_TO, read_seed
from tests.viz.walkers import APP, Walkers, WalkersParameters


@pytest.fixture
def view():
    shown = mas_kit.show(APP, seed=7)
    yield shown
    shown.close()


def tick(view, want=None):
    """What the page sends when it wants the next frame."""
    view._on_message(view.stage, {"type": "tick", "want": view._serial + 1 if want is None else want}, [])


# ---- what to show


def test_a_class_a_model_an_app_and_a_name_can_be_shown():
    assert mas_kit.show(Walkers, seed=1).model.seed == 1
    model = Walkers(seed=2, walkers=9).run(5)
    assert mas_kit.show(model).model is model
    assert mas_kit.show(APP, walkers=8).model.p.walkers == 8
    assert mas_kit.show("supply_chain", weeks=12).model.p.weeks == 12


def test_a_class_made_from_a_packaged_one_is_drawn_like_it():
    from mas_kit.usecases.supply_chain import SupplyChain

    class Mine(SupplyChain):
        pass

    assert mas_kit.show(Mine).app.title == "The beer game"
    assert mas_kit.show(Mine(seed=1)).app.title == "The beer game"


def test_names_are_checked():
    with pytest.raises(UnknownNameError, match="did you mean 'supply_chain'"):
        mas_kit.show("suply_chain")
    with pytest.raises(UnknownNameError, match="did you mean 'walkers'"):
        mas_kit.show(APP, walker=3)
    with pytest.raises(ParameterError, match="'walkers' is 1; allowed: whole numbers from 2 to 400"):
        mas_kit.show(APP, walkers=1)
    with pytest.raises(UnknownNameError, match="no agent named 'w99'"):
        mas_kit.show(APP, inspect="w99")
    with pytest.raises(ParameterError, match="cannot be shown"):
        mas_kit.show(3)
    with pytest.raises(ParameterError, match="has its seed and parameters already"):
        mas_kit.show(Walkers(seed=1), pace=1.0)


def test_large_models_keep_no_log_unless_asked():
    class Many(Model):
        def build(self):
            for i in range(LOGGED_UP_TO + 1):
                mas_kit.Agent(self, f"a{i}")

    assert mas_kit.show(Many).model.log is None
    assert mas_kit.show(Many, log=True).model.log is not None
    assert mas_kit.show(Walkers).model.log is not None


# ---- time


def test_step_and_reset_reproduce_the_run(view):
    first = [dict(row) for row in view.step(5).model.history]
    assert len(first) == 5
    view.reset()
    assert view.model.history == []
    assert view.step(5).model.history == first


def test_the_page_drives_the_clock_only_while_it_plays(view):
    tick(view)
    assert view.model.tick == 0
    view.play()
    assert view.transport.play.description == "Pause"
    tick(view)
    tick(view)
    assert view.model.tick == 2
    view.pause()
    tick(view)
    assert view.model.tick == 2


def test_a_page_that_missed_a_frame_gets_everything_anew_and_time_stands_still(view, monkeypatch):
    sent = []
    monkeypatch.setattr(view.stage, "send", lambda content, buffers: sent.append(content))
    view.play()
    tick(view)
    view._on_message(view.stage, {"type": "hello"}, [])
    assert view.model.tick == 1
    assert ["scene" in content for content in sent] == [False, True]
    assert [content["serial"] for content in sent] == [view._serial - 1, view._serial]


def test_two_windows_on_one_model_do_not_double_its_speed(view):
    view.play()
    serial = view._serial
    for want in (serial + 1, serial + 2):  # each asks for two, the second before it has the first
        tick(view, want=want)
        tick(view, want=want)
    assert view.model.tick == 2


def test_the_end_of_the_run_stops_the_clock_and_says_so(view):
    view.step(59)
    view.play()
    tick(view)
    assert view.model.finished
    assert not view.playing
    assert "The run is over after 60 steps" in view.notices.widget.value
    view.play()
    assert not view.playing
    assert view.step(3).model.tick == 60


def test_negative_steps_are_refused(view):
    with pytest.raises(ParameterError, match="ticks = -1"):
        view.step(-1)


# ---- parameters and the seed


def test_controls_follow_the_declaration(view):
    kinds = {name: type(widget).__name__ for name, widget in view.controls.items()}
    assert kinds == {
        "walkers": "IntSlider",
        "pace": "FloatSlider",
        "chatty": "Checkbox",
        "leader": "Dropdown",
        "break_at": "IntSlider",
        "name_of_it": "Text",
    }
    pace = view.controls["pace"]
    assert (pace.min, pace.max, pace.step, pace.value) == (0.0, 2.0, 0.1, 0.5)
    assert pace.description == "pace (m)"
    assert pace.tooltip == "length of a step"
    assert view.controls["walkers"].max == 40  # the app's range, narrower than what is allowed
    assert mas_kit.show(APP, walkers=50).controls["walkers"].max == 50


def test_wide_ranges_are_typed():
    info = next(info for info in WalkersParameters.describe() if info.name == "walkers")
    assert isinstance(control(info._replace(high=1e6), 5), w.BoundedIntText)
    assert isinstance(control(info._replace(high=None), 5), w.IntText)
    assert isinstance(control(info._replace(kind="float", high=None), 5.0), w.FloatText)
    assert isinstance(control(info._replace(kind="float", high=1e6), 5.0), w.BoundedFloatText)


def test_at_the_start_a_change_counts_at_once(view):
    view.controls["walkers"].value = 12
    assert len(view.model.by_name) == 12
    assert view.model.seed == 7


def test_in_the_middle_of_a_run_a_change_waits_for_reset_and_loses_nothing(view):
    view.step(4)
    model = view.model
    view.controls["pace"].value = 1.5
    assert view.model is model
    assert view.model.tick == 4
    assert "Changed: pace. It takes effect at the next reset" in view.notices.widget.value
    assert view.transport.reset.button_style == "warning"
    view.controls["pace"].value = 0.5  # and back again
    assert view.notices.widget.value == ""
    assert view.transport.reset.button_style == ""
    view.controls["pace"].value = 1.5
    view.reset()
    assert view.model.p.pace == 1.5
    assert view.notices.widget.value == ""


def test_after_the_run_a_change_counts_at_once(view):
    view.step(60)
    view.controls["pace"].value = 1.0
    assert view.model.tick == 0
    assert view.model.p.pace == 1.0


def test_reset_takes_parameters_and_moves_their_controls(view):
    view.reset(walkers=9)
    assert view.controls["walkers"].value == 9
    assert len(view.model.by_name) == 9
    view.reset(walkers=90)  # more than the app's slider shows at first
    assert view.controls["walkers"].value == 90
    assert len(view.model.by_name) == 90


def test_a_new_seed_is_a_new_run(view):
    before = view.step(3).model.history
    view.transport.seed.value = "8"
    assert view.model.tick == 3
    assert "takes effect at the next reset" in view.notices.widget.value
    view.reset()
    assert view.model.seed == 8
    assert view.step(3).model.history != before


@pytest.mark.parametrize("typed", ["abc", "-3", "1.5", "٣½"])
def test_a_bad_seed_is_explained_and_nothing_is_lost(view, typed, capsys):
    view.step(3)
    view.transport.seed.value = typed
    assert "is not a seed: allowed are whole numbers from 0" in view.notices.widget.value
    assert 'role="alert"' in view.notices.widget.value
    assert view.transport.seed.value == "7"
    assert view.model.tick == 3
    assert "Traceback" not in capsys.readouterr().err
    view.step()
    assert view.model.tick == 4


def test_the_dice_draw_another_seed(view):
    view.transport.dice.click()
    assert view.model.seed != 7
    assert view.transport.seed.value == str(view.model.seed)


def test_an_empty_seed_draws_one(view):
    view.transport.seed.value = ""
    assert view.transport.seed.value == str(view.model.seed)
    assert read_seed(" 12 345 ") == 12345


# ---- minds, conversation, stills


def test_the_open_mind_follows_the_model(view):
    view.inspect("w3")
    assert "Has seen nothing yet" in view.panes.mind.value
    view.step()
    text = view.panes.mind.value
    for part in ("w3", "wander", "What it saw", "the wind &amp; the sun", "Its options", "way 2 &lt;b&gt;"):
        assert part in text
    assert "<th>time</th><td>1</td>" in text
    view.step()
    assert "<th>time</th><td>2</td>" in view.panes.mind.value


def test_the_mind_names_the_messages_behind_a_decision(view):
    view.step(20)
    heard = [name for name, agent in view.model.by_name.items() if agent.percept.heard]
    view.inspect(heard[0])
    message = view.model.agent(heard[0]).percept.heard[0]
    assert f"{message.sender} → {heard[0]}" in view.panes.mind.value
    with pytest.raises(UnknownNameError, match="did you mean"):
        view.inspect("w33")


def test_a_click_opens_a_mind_and_one_on_what_is_no_agent_asks_nothing(view):
    view._on_message(view.stage, {"type": "pick", "name": "w2"}, [])
    assert view.stage.selected == "w2"
    assert view.transport.tabs.value == "Mind"
    view._on_message(view.stage, {"type": "pick", "name": "a patch of grass"}, [])
    assert view.stage.selected == "w2"
    assert not view.errors


def test_asking_for_the_mind_of_nobody_names_who_there_is(view):
    with pytest.raises(UnknownNameError, match="no agent named 'nobody'"):
        view.inspect("nobody")


def test_what_breaks_on_a_message_of_the_page_is_told_and_not_raised(view, capsys):
    view.play()
    view.session.tick = lambda: 1 / 0
    view._on_message(view.stage, {"type": "tick", "want": view._serial + 1}, [])
    assert "ZeroDivisionError" in view.notices.widget.value
    assert "Traceback" in capsys.readouterr().err
    assert len(view.errors) == 1


def test_a_selection_that_is_gone_after_reset_is_dropped(view):
    view.inspect("w5")
    view.reset(walkers=3)
    assert view.stage.selected == ""
    assert "Click one of the 3 agents" in view.panes.mind.value


def test_the_conversation_is_drawn(view):
    view.transport.tabs.value = "Conversation"
    assert "No messages yet" in view.panes.conversation.value
    view.step(5)
    assert view.panes.conversation.value.count('class="m"') >= 3


def test_a_run_without_a_log_says_what_is_missing():
    view = mas_kit.show(APP, log=False).step(2)
    view.inspect("w1")
    assert "No event log is kept" in view.panes.mind.value
    view.transport.tabs.value = "Conversation"
    assert "log=True" in view.panes.conversation.value


def test_the_cell_shows_the_widget_and_leaves_a_still(view):
    view.step(3)
    bundle = view._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    assert ET.fromstring(bundle["image/svg+xml"]).tag.endswith("svg")
    assert bundle["text/plain"] == "<view of Walkers at step 3>"


def test_the_still_shows_every_agent_bar_and_message():
    model = Walkers(seed=4).run(6)
    model.agent("w1").alive = False
    svg = picture_svg(model, APP)
    for name in model.by_name:
        assert f">{name}<" in svg
    assert "talk" in svg
    assert ">height<" in svg
    assert svg.count("M2.5 5h19") == len(model.networks["talk"].in_flight()) + 1  # and one in the legend
    ET.fromstring(svg)
    ET.fromstring(picture_svg(model))  # without an app: the default picture


# ---- what goes wrong


def test_an_error_in_a_tick_is_shown_reported_kept_and_stops_the_clock(view, capsys):
    view.reset(break_at=3)
    view.play()
    for _ in range(3):
        tick(view)
    assert not view.playing
    assert "RuntimeError: the world broke" in view.notices.widget.value
    assert [str(error) for error in view.errors] == ["the world broke"]
    assert "Traceback" in capsys.readouterr().err
    view.reset(break_at=0)
    assert view.step(4).model.tick == 4
    assert view.notices.widget.value == ""


def test_from_python_an_error_is_raised(view):
    view.reset(break_at=1)
    with pytest.raises(RuntimeError, match="the world broke"):
        view.step()


def test_an_error_in_the_picture_is_shown(capsys):
    def faulty(model):
        if model.tick:
            raise ZeroDivisionError("no picture")
        return APP.picture(model)

    view = mas_kit.show(App(model=Walkers, picture=faulty))
    view.transport.step.click()
    assert "ZeroDivisionError: no picture" in view.notices.widget.value
    assert "Traceback" in capsys.readouterr().err


def test_markup_in_a_message_stays_text(view):
    view.notices.say("<script>alert(1)</script>")
    assert "<script>" not in view.notices.widget.value


def test_closing_frees_the_widgets():
    view = mas_kit.show(APP)
    widgets = [view, view.stage, view.transport.play, view.panes.feed.widget, *view.controls.values()]
    view.close()
    assert all(widget.comm is None for widget in widgets)


# ---- a person in a role


def test_the_tick_waits_for_the_person():
    view = mas_kit.show(APP, seed=1, leader="person")
    view.play()
    tick(view)
    assert view.stage.waiting
    assert view.playing  # and it goes on by itself after the answer
    assert view.seat.widget.layout.display == ""
    assert "You are the w0" in view.seat.percept.value
    assert view.seat.number.description == "Which way"
    x, y = view.model.agent("w0").pos
    tick(view)
    assert view.model.history == []  # asking again does not hurry the person
    view.seat.number.value = 1
    view.seat.button.click()
    assert view.model.agent("w0").pos == (x, (y + 0.5) % 10)
    assert len(view.model.history) == 1
    assert not view.stage.waiting
    tick(view)
    assert view.stage.waiting
    view.answer(0)
    assert len(view.model.history) == 2


def test_nobody_to_answer_for(view):
    with pytest.raises(ParameterError, match="nobody is waiting"):
        view.answer(1)


def test_reset_while_the_person_is_asked():
    view = mas_kit.show(APP, seed=1, leader="person").step()
    assert view.stage.waiting
    view.reset()
    assert not view.stage.waiting
    assert view.seat.widget.layout.display == "none"
    assert view.step().stage.waiting


def test_choices_are_buttons():
    import dataclasses

    from mas_kit.viz import Ask

    app = dataclasses.replace(APP, ask=Ask(choices=lambda agent: [("east", 0), ("north", 1)]))
    view = mas_kit.show(app, seed=1, leader="person").step()
    assert [button.description for button in view.seat.row.children] == ["east", "north"]
    y = view.model.agent("w0").pos[1]
    view.seat.row.children[1].click()
    assert view.model.agent("w0").pos[1] == (y + 0.5) % 10


def test_a_seat_at_the_beer_game():
    view = mas_kit.show("supply_chain", seed=1, retailer="person").step(10)
    assert view.model.tick == 5  # the first four weeks leave no choice
    assert view.seat.number.value == 8
    view.answer(9)
    assert view.model.history[-1]["retailer.order"] == 9


def test_the_individuals_of_a_population_are_counted():
    from mas_kit.usecases import load

    view = mas_kit.show(load("traffic").app, world="cars", seed=1)
    assert view.stage.selected == ""  # who is looked at first lives in another world
    view.panes.look(view.model, "")
    cars = sum(map(len, view.model.populations.values()))
    assert cars > 0
    assert f"Click one of the {cars + len(view.model.by_name)} agents" in view.panes.mind.value


def test_a_tick_is_called_what_the_model_says():
    app = replace(APP, clock=lambda model: "day" if model.p.chatty else "night")
    view = mas_kit.show(app, seed=1)
    assert view.step(1).transport.step.tooltip == "One day"
    assert view._facts([])["clock"] == "day 1 of 60"
    view.reset(chatty=False)
    assert view.transport.step.tooltip == "One night"
    assert view.transport.speed.tooltip == "nights per second"
    view.close()
