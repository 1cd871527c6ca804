"""The warehouse folder: landing zone, ledger, generations, and the lock that lets one writer in at a time.

Owns what lies on disk and how it survives a crash. Knows nothing of what the rows mean.
"""
