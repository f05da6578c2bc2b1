"""The map of a lab: from its pods and services to boxes, wires and text.

All of it but the widget is pure. It asks no cluster: pods, matrix and rates are handed in.
"""
