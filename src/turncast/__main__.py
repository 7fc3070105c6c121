"""`python -m turncast` is `turncast`."""

from turncast.cli import main

main()
