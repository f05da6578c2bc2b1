"""meshlab: learn how microservice architectures evolve into a service mesh, on real clusters of your own."""

__version__ = "0.1.0"
