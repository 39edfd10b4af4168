"""Seeing: pictures, charts, diagrams, the view in Python, and the view in a browser."""
