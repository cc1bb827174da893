"""The command line: one file a command, options in, a call, output out; no logic."""
