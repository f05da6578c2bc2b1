"""What commands and screens say: texts, tables, JSON, JUnit and pages from data of `run` and `check`. It asks no cluster and
changes nothing.
"""
