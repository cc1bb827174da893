"""Event logs: all that happened on a trial's virtual clusters as JSON lines (docs/event-log.md)."""
