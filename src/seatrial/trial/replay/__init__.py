"""Playing recordings from Kubernetes on the virtual cluster."""
