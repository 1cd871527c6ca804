"""Entry point of the dashboard: ``gapwatch serve`` runs ``streamlit run app.py`` with GAPWATCH_CONFIG set."""

from gapwatch.dashboard import shell

shell.run()
