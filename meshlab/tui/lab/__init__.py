"""The screen where a lab is worked on: guide, map, matrix, checks, shell, and what opens over them.

The controller does the work on the run and knows no widget; the screen draws and decides nothing about the run.
"""
