"""Compiles what seatrial has in a compiled form too: manifests/block_scanner, with Cython and a C compiler.

What comes out stands in src/seatrial/manifests/compiled, under a name that has the hash of the source; what was built
from older sources is deleted. Nothing needs it: without it the same documents are read more slowly.

    make native
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "src/seatrial/manifests"
PACKAGE = "seatrial.manifests"
DIRECTIVES = {
    "language_level": "3",
    "annotation_typing": False,  # the types are in the .pxd
    "boundscheck": False,  # the scanner stays within a text that ends with a line break; tests run it interpreted
    "wraparound": False,
    "initializedcheck": False,
    "nonecheck": False,
}
WITHOUT_SYMBOLS = ["-O2", "-g0"]


def build() -> Path:
    """Compile the scanner, unless that was done; gives where it is.

    Raises:
        SystemExit: where Cython or a compiler is missing, or fails; the text says which.
    """
    sys.path.insert(0, str(ROOT / "src"))
    from seatrial.manifests.quick_readers import SCANNER, compiled_path

    target = compiled_path(MODULES)
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as folder:
        made = compile_module(SCANNER, Path(folder))
        shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir()
        shutil.copy(made, target)
    return target


def compile_module(name: str, folder: Path) -> Path:
    """Compile a module of manifests/ in a folder of its own, so that nothing is left beside the source."""
    package = folder / PACKAGE.replace(".", "/")
    package.mkdir(parents=True)
    for made in (package, package.parent):
        (made / "__init__.py").touch()
    for suffix in (".py", ".pxd"):
        shutil.copy(MODULES / f"{name}{suffix}", package)
    script = folder / "setup.py"
    script.write_text(
        "from setuptools import Extension, setup\n"
        "from Cython.Build import cythonize\n"
        f"source = Extension({PACKAGE + '.' + name!r}, [{PACKAGE.replace('.', '/') + f'/{name}.py'!r}],"
        f" extra_compile_args={WITHOUT_SYMBOLS!r})\n"
        f"setup(name='native', ext_modules=cythonize([source], compiler_directives={DIRECTIVES!r}, quiet=True))\n",
        "utf-8",
    )
    command = [sys.executable, script.name, "--quiet", "build_ext", "--inplace"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    built = [path for path in package.glob(f"{name}.*") if path.suffix in (".so", ".pyd")]
    if done.returncode or not built:
        last = (done.stderr.strip() or "nothing came out").splitlines()[-1]
        raise SystemExit(f"native: {name} was not compiled ({last}); seatrial works without, more slowly")
    return built[0]


if __name__ == "__main__":
    print(f"Compiled: {build().relative_to(ROOT)}")
