"""The comparison of all stages as text, plots, Markdown, JSON and a page. It never measures: every number was kept by a
run.
"""
