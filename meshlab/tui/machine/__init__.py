"""This machine: what the doctor found, and the questions of the first start.

The doctor's judgement is `cluster/doctor`'s; nothing here changes the machine, only the settings file.
"""
