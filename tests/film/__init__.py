"""Films of the interface over a recording: an asciinema cast and an animated SVG. `python -m tests.film` makes them."""
