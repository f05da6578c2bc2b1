"""What a step's solution or a submission changes: objects, patches, deletions, scripts, answers. It is read here and never
carried out.
"""
