"""Checks look at a running lab through a `World` and come to verdicts: one module a kind, each with one `look`. Nothing here
asks a cluster itself, writes to one, or words a sentence for a learner: a verdict has a reason id and parameters.
"""
