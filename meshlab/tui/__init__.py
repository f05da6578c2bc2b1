"""The interface, by feature: screens, widgets, and the app that decides which screen comes next.

It shows facts that `run/` returns and asks for work there. It never talks to a cluster itself, and no command needs it.
"""
