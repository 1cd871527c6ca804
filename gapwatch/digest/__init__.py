"""The weekly digest: who needs to do what about which gaps, by mail or as files.

``weekly.write_digests`` writes one ``.eml`` a recipient; ``weekly.send_digests`` sends them, one a recipient and ISO
week. Nothing is imported here, so that the process that hands mails over starts light.
"""
