"""What an API server knows of each kind, by version: schemas, defaults, validation, life cycle."""
