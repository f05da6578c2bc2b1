"""YAML with the line of each key, read strictly into the model. It reports problems and never raises for what a file holds."""
