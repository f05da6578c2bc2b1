"""The stages side by side, as table or bars, with the sources of every number.

Nothing is measured here: the numbers come from the logs or recordings that `run/compare` reads.
"""
