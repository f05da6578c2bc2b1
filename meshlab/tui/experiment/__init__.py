"""One experiment: the prediction, the run with its matrix over time, the score and the explanation.

The faults and measurements are the run's; this folder draws its events and never touches a cluster.
"""
