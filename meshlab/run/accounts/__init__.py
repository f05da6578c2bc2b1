"""The accounts that act on clusters: the learner, a submission, their scripts, and the appliers of objects. None of them has
more rights than the lab declares.
"""
