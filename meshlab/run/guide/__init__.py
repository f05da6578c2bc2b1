"""The guide: pages, hints, answers, predictions and the step to the next page. Only the step asks a cluster."""
