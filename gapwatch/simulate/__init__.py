"""A made-up company, played from a seed, with its answer key.

Owns the sample data of the demo and of the tests: feeds, starter policy, ``gapwatch.toml`` and
``answers.json``. Must not use any of the product's models: the answers come from what the simulation
caused, so that comparing the two says something. Called by ``gapwatch simulate`` and by tests.
"""

from gapwatch.simulate.play import simulate

__all__ = ["simulate"]
