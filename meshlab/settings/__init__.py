"""What a person chooses once for all labs: language, theme, animations, keys. A TOML file that is theirs to edit."""
