"""A learner's run of a lab, from the first preparation to grade and proof. It returns facts; `report` and `tui` word them."""
