"""The home screen: all stages in their order, how far the learner is, and the chosen stage in words and a drawing.

It reads the catalog's list of labs; it never opens a run itself.
"""
