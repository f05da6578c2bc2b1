"""From nothing to a lab that is ready: stages in their order, and the way back to a step's start. Every stage can be done
again.
"""
