"""The format of labs: read, checked, filled in with a seat's values. Pure: it asks no cluster and no terminal, and runs
nothing.
"""
