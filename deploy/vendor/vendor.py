"""Copies what others made into bridge/web/static, from the packages that package-lock.json pins by hash.

    python deploy/vendor/vendor.py           fetch with npm, and copy
    python deploy/vendor/vendor.py --check   fetch with npm, and say what differs from what is committed

The copies are committed, with their licences: neither a build nor a server ever fetches anything.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
STATIC = HERE.parents[1] / "bridge" / "web" / "static"
KHMER = "@fontsource-variable/noto-sans-khmer"
FILES = {
    f"{KHMER}/files/noto-sans-khmer-khmer-wght-normal.woff2": "fonts/noto-sans-khmer.woff2",
    f"{KHMER}/LICENSE": "fonts/noto-sans-khmer.OFL.txt",
    "uplot/dist/uPlot.iife.min.js": "vendor/uplot.js",
    "uplot/dist/uPlot.min.css": "vendor/uplot.css",
    "uplot/LICENSE": "vendor/uplot.LICENSE.txt",
}


def main(arguments: list[str]) -> int:
    """Copy, or compare with --check; the exit status is 1 where something differs."""
    npm = shutil.which("npm")
    if npm is None:
        print("vendor.py needs npm (Node 20 or newer).", file=sys.stderr)
        return 2
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=HERE, check=True)  # noqa: S603 -- npm itself, and nothing that a stranger gave
    if "--check" in arguments:
        stale = [target for source, target in FILES.items() if differs(MODULES / source, STATIC / target)]
        for target in stale:
            print(f"{target} is not what package-lock.json pins.", file=sys.stderr)
        return 1 if stale else 0
    for source, target in FILES.items():
        (STATIC / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, STATIC / target)
        print(f"{source} -> {target}")
    return 0


def differs(source: Path, target: Path) -> bool:
    """Whether the committed file is missing or another one."""
    return not target.exists() or source.read_bytes() != target.read_bytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
