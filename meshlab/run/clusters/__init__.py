"""The clusters that a lab stands on: where they are, whether they are usable, what an earlier lab left, how they are removed.
It never touches what no run of meshlab has put there.
"""
