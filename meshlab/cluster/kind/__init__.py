"""An engine that makes clusters of its own with kind: created, paused, stopped, repaired, removed. It touches nothing that
does not carry its label and the mark of its folder.
"""
