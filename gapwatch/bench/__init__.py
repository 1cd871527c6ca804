"""The bench: a generated company of any size, the models built on it, and the time they take.

Owns the company (``queries/bench``), the measurements and the same question put to other engines. Decides no rule:
the models it measures are the product's own. Called by ``gapwatch bench`` and ``python -m gapwatch.bench.rivals``.
"""
