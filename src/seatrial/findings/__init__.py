"""Finding and verdict: the common language of all that judges."""
