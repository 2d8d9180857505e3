#!/bin/sh
# `make setup`: finds a Python that the bridge runs on and lets it make .venv (make_venv.py beside this file).
# PYTHON names one; otherwise the first of python3, python3.13, python3.12, python3.11 that fits is taken.
here=$(cd "$(dirname "$0")" && pwd)

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

if [ -n "${PYTHON:-}" ]; then
    if ! fits "$PYTHON"; then
        echo "PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13." >&2
        exit 1
    fi
    exec "$PYTHON" -I "$here/make_venv.py" --chosen
fi
for candidate in python3 python3.13 python3.12 python3.11; do
    if fits "$candidate"; then
        exec "$candidate" -I "$here/make_venv.py"
    fi
done
echo "Python 3.11, 3.12 or 3.13 is needed: install one (Debian: apt-get install python3 python3-venv)" \
    "or name it with make PYTHON=/path/to/python3 …" >&2
exit 1
