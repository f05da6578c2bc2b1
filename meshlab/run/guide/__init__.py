"""What the learner reads and answers: pages, hints, answers, predictions and the way to the next step. It asks no cluster."""
