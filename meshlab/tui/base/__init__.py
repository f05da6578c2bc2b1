"""What all screens stand on: keys with names, the focus, filter, jump, copy, help, modals, numbered panes.

Nothing here knows a feature: road, lab, experiment and the others build on it.
"""
