"""Many seats at once: to come. Nothing is in it yet."""
