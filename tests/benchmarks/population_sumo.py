"""The ring of cars in SUMO, through libsumo, where it is installed: its own IDM with the same parameters.

SUMO does much more for a car than a car-following step (lanes, routes, junctions, checks), so this says what
a traffic simulator costs, not what the formula costs. The ring is a row of edges of half a kilometre, which
suits it better than a few long ones. Its cars are not where ours are to the last bit.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import warnings
from contextlib import redirect_stdout
from pathlib import Path

import population_ring as ring
from population_race import MEMORY_AT, Runner, few

EDGE = 25  # cars to an edge at the start
TICKS = 10  # it is slow, and in a steady state
MEMORY = """
import os, sys
sys.path[:] = sys.argv[2:]
from harness import peers
peers()
import population_sumo as sumo
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE")
sumo.on_sumo(100).run()
before = resident()
sumo.on_sumo(int(sys.argv[1])).run()
print(resident() - before)
"""


def network(edges: int, length: float) -> str:
    """A closed ring of one lane as SUMO's network file."""
    nodes, lines, links = [], [], []
    for k in range(edges):
        x0, x1 = k * length, (k + 1) * length
        lines.append(
            f'<edge id="e{k}" from="n{k}" to="n{(k + 1) % edges}" priority="1">'
            f'<lane id="e{k}_0" index="0" speed="50" length="{length}" shape="{x0},0 {x1},0"/></edge>'
        )
        before = f"e{(k - 1) % edges}"
        nodes.append(
            f'<junction id="n{k}" type="priority" x="{x0}" y="0" incLanes="{before}_0" intLanes="" '
            f'shape="{x0},-2 {x0},2"><request index="0" response="0" foes="0" cont="0"/></junction>'
        )
        links.append(f'<connection from="{before}" to="e{k}" fromLane="0" toLane="0" dir="s" state="M"/>')
    where = (
        f'<location netOffset="0,0" convBoundary="0,-2,{edges * length},2" '
        f'origBoundary="0,-2,{edges * length},2" projParameter="!"/>'
    )
    return f'<net version="1.20">{where}{"".join(lines)}{"".join(nodes)}{"".join(links)}</net>'


def demand(n: int, edges: int, length: float) -> str:
    """The cars where and as fast as in the other engines, each with a route of three rounds."""
    kind = (
        f'<vType id="car" carFollowModel="IDM" length="{ring.CAR}" minGap="{ring.JAM}" tau="{ring.HEADWAY}" '
        f'accel="{ring.A}" decel="{ring.B}" maxSpeed="{ring.V0}" speedFactor="1" speedDev="0"/>'
    )
    round_trips = f'<route id="ring" edges="{" ".join(f"e{k}" for k in range(edges))}" repeat="3"/>'
    cars = []
    for i, (x, v) in enumerate(zip(*(column.tolist() for column in ring.start(n)), strict=True)):
        at = min(int(x / length), edges - 1)
        cars.append(
            f'<vehicle id="{i}" type="car" route="ring" depart="0" departEdge="{at}" '
            f'departPos="{x - at * length}" departSpeed="{v}" insertionChecks="none"/>'
        )
    return f"<routes>{kind}{round_trips}{''.join(cars)}</routes>"


def on_sumo(n: int) -> Runner:
    """SUMO through libsumo."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("SUMO_HOME", folder)
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):  # that pyarrow has another version
            warnings.simplefilter("ignore")
            import libsumo

        edges = max(n // EDGE, 3)
        net, routes = Path(folder, "ring.net.xml"), Path(folder, "ring.rou.xml")
        net.write_text(network(edges, n * ring.ROOM / edges))
        routes.write_text(demand(n, edges, n * ring.ROOM / edges))
        options = ["-n", str(net), "-r", str(routes), "--step-length", str(ring.DT), "--xml-validation"]
        quiet = ["never", "--no-step-log", "--no-warnings", "--time-to-teleport", "-1"]
        if libsumo.isLoaded():  # there is one simulation to a process
            libsumo.close()
        libsumo.start(["sumo", *options, *quiet, "--collision.action", "none"])
        for _ in range(20):  # two seconds, until all are on the road
            libsumo.simulationStep()
    on_the_road = libsumo.vehicle.getIDCount()
    assert on_the_road == n, f"{on_the_road} of {n} cars are on SUMO's road"

    def run() -> None:
        for _ in range(TICKS):
            libsumo.simulationStep()

    return Runner(run, n * TICKS, rounds=few(n))


def bytes_per_car(n: int = MEMORY_AT) -> float | None:
    """By how much a process of its own grows with n cars on its road, for each; None where it cannot be read.

    SUMO's memory is not Python's, so this is what the system gave it, which is somewhat more than it uses.
    """
    if not Path("/proc/self/statm").exists():
        return None
    command = [sys.executable, "-c", MEMORY, str(n), *sys.path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) / n
