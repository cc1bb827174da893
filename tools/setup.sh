#!/bin/sh
# Makes .venv with seatrial and all that `make` needs in it. Called by `make setup` whenever the lock has changed.
# Takes the first Python of at least 3.11 on the path, or the one that PYTHON names.
set -eu

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

die() {
    echo "setup: $*" >&2
    exit 2
}

python=${PYTHON:-}
if [ -n "$python" ]; then
    fits "$python" || die "PYTHON=$python is no Python of at least 3.11; name another"
else
    for candidate in python3 python3.13 python3.12 python3.11; do
        if fits "$candidate"; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || die "seatrial needs Python 3.11 or newer, and there is none on the path; install one, or name it: make setup PYTHON=/path/to/python3.11"
fi

if ! fits .venv/bin/python; then
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        die "$python cannot make virtual environments; install its venv module (Debian and Ubuntu: apt-get install python3-venv) and try again"
    fi
fi

pip() {
    .venv/bin/python -m pip --disable-pip-version-check --quiet "$@"
}
pip install --require-hashes -r requirements.lock ||
    die "the packages of requirements.lock could not be installed; pip says why above"
# The lock has all packages; seatrial itself is installed as it stands here, so that changes count at once.
pip install --no-deps --no-build-isolation --editable . ||
    die "seatrial itself could not be installed; pip says why above"
# Where PYTHONDONTWRITEBYTECODE is set, each start would compile the sources anew: a third of a short command.
.venv/bin/python -m compileall -q src
touch .venv/.ready
