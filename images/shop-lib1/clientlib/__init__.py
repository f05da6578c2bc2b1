"""The client library: what each service of stage 0 carries along to call the others (README.md)."""

from clientlib.client import Client

__all__ = ["Client"]
