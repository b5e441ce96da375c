"""Stands for the pyplot of Matplotlib."""

figure = None
