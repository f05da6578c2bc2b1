"""Where the files of a lab are, and the objects in its manifests. It reads and never writes."""
