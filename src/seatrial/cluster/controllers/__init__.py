"""The controllers, one module each, by upstream's names; `cluster.controller_manager` lists those that run."""
