"""Other programs and containers on this machine, each started in a group of its own. None outlives the process that started
it, not even one that is killed.
"""
