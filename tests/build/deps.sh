#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh PACKAGE...: installs those Debian packages that are not installed. Silent if none is missing.
set -eu

command -v dpkg-query >/dev/null || {
  echo "deps: this is no Debian system; the tools of these packages are needed: $*"
  exit 0
}

installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p')
missing=$(printf '%s\n' "$@" | grep -vxF "$installed" | tr '\n' ' ' | sed 's/ $//')
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  root=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
  root="sudo "
else
  echo "deps: missing packages; run as root: apt-get install --no-install-recommends $missing" >&2
  exit 1
fi

echo "deps: installing $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A failed update is no failure: the lists at hand may do.
{
  ${root}apt-get -q update
  ${root}env DEBIAN_FRONTEND=noninteractive \
    apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing
} >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  echo "deps: apt-get failed; the command was: ${root}apt-get install --no-install-recommends $missing" >&2
  exit 1
}
