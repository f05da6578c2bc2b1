"""`python -m meshlab.cli`."""

from meshlab.cli.main import main

main()
