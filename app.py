"""Entry point of the dashboard: ``gapwatch serve`` has Streamlit run it, with GAPWATCH_CONFIG set."""

from gapwatch.dashboard import shell

shell.run()
