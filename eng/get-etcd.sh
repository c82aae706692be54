#!/usr/bin/env bash
# Brings Debian's etcd, etcdctl and etcdutl into a folder, for the tests that compare with them, without installing
# them and without touching the system's package sources.
#
# Usage: eng/get-etcd.sh DIR [SUITE]     SUITE: a Debian suite, default trixie (etcd 3.5)
# Prints the folder that holds the binaries. Idempotent, and safe when several run at once.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/debian.sh"
directory=$(realpath -m "${1:?usage: eng/get-etcd.sh DIR [SUITE]}")
suite=${2:-trixie}
binaries=$directory/$suite/usr/bin

is_there() { [[ -x $binaries/etcd && -x $binaries/etcdctl ]]; }

mkdir -p "$directory"
debian_lock "$directory"
if ! is_there; then
  debian_begin "$directory" "$suite" || {
    echo "get-etcd: put etcd and etcdctl into $binaries by hand instead" >&2
    exit 1
  }
  debian_unpack etcd-server etcd-client
  "$binaries/etcd" --version >&2
fi
echo "$binaries"
