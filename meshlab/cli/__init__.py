"""Commands: one module a command group, named after what the user types. They read arguments, ask a run and print what
`report` makes of the answer; they decide nothing.
"""
