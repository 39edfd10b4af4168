"""Experiments: declare, run on all cores, keep, and set the results beside what a source says.

>>> from mas_kit import Model, Parameters, parameter
>>> from mas_kit.experiments import Experiment, Expected, reproduce
>>> class Coins(Model):
...     class Parameters(Parameters):
...         p: float = parameter(0.5, ge=0, le=1, help="chance of heads")
...     def observe(self):
...         return {"heads": float(self.stream("coin").random() < self.p.p)}
...     def metrics(self):
...         return {"share": sum(row["heads"] for row in self.history) / len(self.history)}
>>> always = Experiment(
...     name="two-headed", model=Coins, parameters={"p": 1.0}, seeds=3, ticks=10,
...     expected=[Expected(quantity="share", value=1, source="a coin with two heads")],
... )
>>> reproduce([always], workers=1).frame["verdict"].tolist()
['IDENTICAL']
"""

from mas_kit.experiments.design import LatinHypercube
from mas_kit.experiments.errors import FolderError, StaleCodeError, Stopped
from mas_kit.experiments.expected import Absolute, Estimate, Exact, Expected, Relative, StandardErrors
from mas_kit.experiments.experiment import Experiment
from mas_kit.experiments.recovery import Recovery
from mas_kit.experiments.replicate import Failure
from mas_kit.experiments.report import Report
from mas_kit.experiments.reproduce import Computation, reproduce
from mas_kit.experiments.resilience import Resilience, Trouble
from mas_kit.experiments.resilience_curve import ResilienceCurve, resilience
from mas_kit.experiments.resilience_ratio import ratio_of_means
from mas_kit.experiments.results import Results
from mas_kit.experiments.runner import run
from mas_kit.experiments.verdict import Verdict

__all__ = [
    "Absolute",
    "Computation",
    "Estimate",
    "Exact",
    "Expected",
    "Experiment",
    "Failure",
    "FolderError",
    "LatinHypercube",
    "Recovery",
    "Relative",
    "Report",
    "Resilience",
    "ResilienceCurve",
    "Results",
    "StaleCodeError",
    "StandardErrors",
    "Stopped",
    "Trouble",
    "Verdict",
    "ratio_of_means",
    "reproduce",
    "resilience",
    "run",
]
