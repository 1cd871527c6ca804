"""Modelling: SQL model files, the order they need, and building them.

Owns how models are read, ordered, built and recorded. Decides no rule: those are in ``queries/``. Knows neither
files nor sources; the pipeline gives it a connection that holds the inputs.
"""

from __future__ import annotations

from gapwatch.modelling.build import Built, build_models
from gapwatch.modelling.model import Model, all_models, models_after_checks

__all__ = ["Built", "Model", "all_models", "build_models", "models_after_checks"]
