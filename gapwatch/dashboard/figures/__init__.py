"""Plotly figures: each takes a frame and a palette and returns a figure. Imports no Streamlit, reads no
data.
"""
