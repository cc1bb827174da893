"""The quick readers of YAML, which decline what they are not sure of, and which of them is used.

`block_scanner` in its compiled form, where there is one; else `block_style`. The compiled form is built by
`make native`, or with a wheel, into a folder of its own under a name that has the hash of the source: one that was
built from another source is never taken.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, source_hash, spec_from_loader
from pathlib import Path
from typing import Any

DECLINED: Any = object()
"""What a quick reader gives where the document has to be read by other means."""

Reader = Callable[[str, int], Any]
"""From a document that ends with a line break, and the levels allowed, to its value or `DECLINED`."""

SWITCH = "SEATRIAL_NATIVE"
"""The environment variable that turns compiled code off when it is 0."""
SCANNER = "block_scanner"


def chosen() -> Reader:
    """The quickest reader that is here."""
    reader = None if os.environ.get(SWITCH) == "0" else compiled()
    if reader is None:
        from seatrial.manifests import block_style

        return block_style.read
    return reader


def compiled(folder: Path | None = None) -> Reader | None:
    """The compiled scanner, or None where it is not built, or not from the source that is in the folder of modules."""
    try:
        path = compiled_path(folder or Path(__file__).parent)
    except OSError:
        return None  # sources are not where modules are: a zip
    name = f"{__package__}.{SCANNER}"
    if not path.exists():
        return None
    loader = ExtensionFileLoader(name, str(path))
    spec = spec_from_loader(name, loader)
    assert spec is not None
    before = sys.modules.get(name)
    try:
        module = module_from_spec(spec)
        loader.exec_module(module)
    except ImportError:
        return None  # built for another machine
    finally:
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before
    reader: Reader = module.read
    return reader


def compiled_path(folder: Path) -> Path:
    """Where the compiled form of the scanner is that belongs to the source in a folder.

    Raises:
        OSError: where the source cannot be read.
    """
    source = (folder / f"{SCANNER}.py").read_bytes() + (folder / f"{SCANNER}.pxd").read_bytes()
    return folder / "compiled" / f"{SCANNER}-{source_hash(source).hex()}{EXTENSION_SUFFIXES[0]}"
