"""The virtual cluster: clock, store, scheduler, controllers, kubelets and traffic; it knows nothing of files and reports."""
