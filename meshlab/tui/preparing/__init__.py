"""Long operations: their phases while a lab is prepared, and while a modal waits for a shorter one.

It shows progress and cancels. It never knows what a phase does.
"""
