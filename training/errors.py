"""What is wrong with what somebody gave."""


class TrainingError(Exception):
    """Says in one line what is wrong with which input and what to do."""
