"""`python -m meshlab`."""

from meshlab.cli.main import main

main()
