"""The interface over recordings: a backend that replays real runs, so that nothing has to be installed.

How far a viewer comes is forgotten at the end. It never writes to the learner's own state.
"""
