"""Images: which are pinned, from what they are built, and how they come onto nodes. It never decides which lab needs which."""
