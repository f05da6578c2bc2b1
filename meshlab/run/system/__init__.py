"""What meshlab itself puts into a lab's clusters: probes and recorders. It holds manifests and no learner's objects."""
