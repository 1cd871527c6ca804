"""gapwatch finds the compliance gaps that open between an HR system and a learning system."""

__version__ = "0.1.0"
