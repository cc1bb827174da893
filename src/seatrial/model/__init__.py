"""The Kubernetes vocabulary as pure functions; imports nothing else of seatrial."""
