"""Puts compiled code into the wheel where SEATRIAL_NATIVE=1 asks for it; else the wheel is pure Python.

SEATRIAL_NATIVE=1 pip wheel --no-deps .
"""

from __future__ import annotations

import os
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WANTED = os.environ.get("SEATRIAL_NATIVE") == "1"


class NativeHook(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        return ["cython>=3.1", "setuptools"] if WANTED else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not WANTED or version == "editable":
            return
        sys.path.insert(0, self.root)
        from tools.native import ROOT, build

        made = build()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["force_include"][str(made)] = made.relative_to(ROOT / "src").as_posix()
