"""Files on disk: the log of events, the state folded from it, the journal of faults, locks and paths. It asks no cluster, and
a damaged line never hides the rest.
"""
