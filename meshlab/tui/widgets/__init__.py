"""Widgets that more than one screen uses: guide text, matrix, shell, filtered lists, status row, footer.

None of them asks a run for anything; they show what they are given and post messages.
"""
