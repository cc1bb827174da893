"""Best-practice rules, one file a subject."""
