"""The weekly digest: who needs to do what about which gaps, by mail or as files.

``write_digests`` writes one ``.eml`` a recipient; ``send_digests`` sends them, one a recipient and ISO week.
"""

from gapwatch.digest.recipients import Recipient, read_recipients
from gapwatch.digest.weekly import SendResult, compose_digests, send_digests, write_digests

__all__ = ["Recipient", "SendResult", "compose_digests", "read_recipients", "send_digests", "write_digests"]
