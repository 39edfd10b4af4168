"""The data sets that ship: what is in them, what their cards say, what happens when a file was changed."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest

from mas_kit import datasets
from mas_kit.core.errors import UnknownNameError


def test_prescriptions():
    table = datasets.load("pbs_prescriptions")
    assert list(table.columns) == ["month", "scripts"]
    assert table["month"].tolist() == pd.date_range("1991-07-01", "2008-06-01", freq="MS").tolist()
    assert len(table) == 204
    assert table["scripts"].dtype == "int64"
    assert table["scripts"].min() == 0


def test_the_card_says_what_is_in_the_file():
    scripts = datasets.load("pbs_prescriptions")["scripts"]
    card = " ".join(datasets.card("pbs_prescriptions").split())
    demand = scripts[scripts > 0]
    assert f"{scripts.sum()} prescriptions in all" in card
    assert f"mean {scripts.mean():.2f} a month" in card
    assert f"variance {scripts.var(ddof=0):.2f}" in card
    assert f"largest month {scripts.max()}" in card
    assert f"{(scripts == 0).sum()} of the {len(scripts)} months" in card
    deviation = scripts - scripts.mean()
    correlation = (deviation[1:].to_numpy() * deviation[:-1].to_numpy()).sum() / (deviation**2).sum()
    assert f"one month with the next {correlation:.2f}" in card
    assert f"every {len(scripts) / len(demand):.2f} months" in card
    assert f"coefficient of variation {(demand.std(ddof=0) / demand.mean()) ** 2:.2f}" in card


@pytest.mark.parametrize("name", datasets.names())
def test_every_data_set_has_a_card_a_licence_and_the_checksums_on_the_card(name):
    assert "copyright" in datasets.licence(name).lower()
    for which in datasets.tables(name):
        table = datasets._DATASETS[name][which]
        content = (datasets._folder(name) / table.file).read_bytes()
        assert hashlib.sha256(content).hexdigest() == table.sha256
        assert table.sha256 in datasets.card(name)
        for column in datasets.load(name, which).columns:
            assert f"`{column}`" in datasets.card(name)


def test_sioux_falls():
    links, trips, nodes = (datasets.load("sioux_falls", table) for table in ("links", "trips", "nodes"))
    assert datasets.load("sioux_falls").equals(links)
    assert (len(links), len(trips), len(nodes)) == (76, 528, 24)
    assert trips["trips"].sum() == 360_600
    assert (trips["trips"] % 100 == 0).all()  # so that packets of 10 and of 100 leave nobody behind
    assert (trips["origin"] != trips["destination"]).all()
    both = links.merge(links, left_on=["tail", "head"], right_on=["head", "tail"])
    assert len(both) == 76  # every road has its other direction, with the same capacity and time
    assert (both["capacity_x"] == both["capacity_y"]).all()
    assert (both["free_flow_time_x"] == both["free_flow_time_y"]).all()
    assert set(links["tail"]) == set(links["head"]) == set(nodes["node"]) == set(range(1, 25))
    card = " ".join(datasets.card("sioux_falls").split())
    assert f"{trips['trips'].sum():,} trips" in card
    assert "AequilibraE" in card, "its licence asks for a reference in all documentation"


def test_unknown_table_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'trips'"):
        datasets.load("sioux_falls", "trip")


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'pbs_prescriptions'"):
        datasets.load("pbs_prescription")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data folder that the loader reads instead."""
    shutil.copytree(datasets._folder("pbs_prescriptions").parent, tmp_path / "data")
    (tmp_path / "mas_kit").mkdir()
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "mas_kit" / "datasets.py"))
    return tmp_path / "data" / "pbs_prescriptions"


def test_a_changed_file_is_refused(copy):
    assert len(datasets.load("pbs_prescriptions")) == 204
    file = copy / "pbs_prescriptions.csv"
    file.write_bytes(file.read_bytes().replace(b"1991-07,1", b"1991-07,2"))
    with pytest.raises(datasets.DatasetError, match="was changed: its sha256 is"):
        datasets.load("pbs_prescriptions")


def test_a_missing_file_is_named(copy):
    (copy / "pbs_prescriptions.csv").unlink()
    with pytest.raises(datasets.DatasetError, match=r"pbs_prescriptions\.csv cannot be read"):
        datasets.load("pbs_prescriptions")


def test_an_installed_package_carries_its_data(copy, tmp_path):
    shutil.move(tmp_path / "data", tmp_path / "mas_kit" / "_data")
    assert len(datasets.load("pbs_prescriptions")) == 204
