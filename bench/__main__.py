"""Runs the benchmarks named on the command line, or all of them: every module of this package that has a `main`."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench

HELPERS = {"__main__", "measure", "kubeconform"}


def main() -> int:
    known = sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if m.name not in HELPERS)
    asked = sys.argv[1:] or known
    if unknown := [name for name in asked if name not in known]:
        print(f"no benchmark called {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for name in asked:
        print(f"== {name} ==", flush=True)
        importlib.import_module(f"bench.{name}").main()
        print(flush=True)
    return 0


sys.exit(main())
