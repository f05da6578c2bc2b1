"""What a person chooses once for all labs: language, theme, animations, keys. The TOML file is theirs to edit: only the value
that was changed is written.
"""
