"""The dashboard: pages over one published generation. Reads through ``gapwatch.reads`` only; writes
nothing.
"""
