#!/bin/sh
# apt_install.sh PACKAGE…: installs Debian packages without a question, for the two callers that may do so:
# make_venv.py and tests/support/prepare.py. Exit 1 where this is no Debian, or not root.
PATH="$PATH:/usr/sbin:/sbin"
# What is installed is for tests and builds: systemd starts none of its services (a web server's, a database's).
export PATH DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 SYSTEMD_OFFLINE=1
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 1
echo "  installing Debian's $* …"

install() {
    apt-get install -qq --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" </dev/null 2>&1
}

# The package lists may be old or missing (a fresh container has none): then fetch them and try once more.
log=$(install "$@") && exit 0
apt-get update -qq -o DPkg::Lock::Timeout=300 >/dev/null 2>&1
log=$(install "$@") && exit 0
printf '%s\n' "$log" | tail -n 5 >&2
exit 1
