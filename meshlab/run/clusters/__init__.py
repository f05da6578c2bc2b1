"""The clusters that a lab stands on: this room finds them, waits until they are usable, cleans up what an earlier lab
left, and removes them. It never touches objects that no run of meshlab put there.
"""
