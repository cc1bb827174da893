"""YAML as Kubernetes reads it, with places: from the paths that a user names to the `Inventory`."""
