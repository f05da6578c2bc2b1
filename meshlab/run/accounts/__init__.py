"""As whom things are done: the learner, a submission, its scripts, and the accounts that apply objects. None of them has more
rights than the lab declares.
"""
