"""The design's budgets beside what was measured."""
