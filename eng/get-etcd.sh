#!/usr/bin/env bash
# Brings Debian's etcd, etcdctl and etcdutl into a folder, for the tests that compare with them, without installing
# them and without touching the system's package sources.
#
# Usage: eng/get-etcd.sh DIR [SUITE]     SUITE: a Debian suite, default trixie (etcd 3.5)
# Prints the folder that holds the binaries. Idempotent, and safe when several run at once.
set -euo pipefail
directory=$(realpath -m "${1:?usage: eng/get-etcd.sh DIR [SUITE]}")
suite=${2:-trixie}
binaries=$directory/$suite/usr/bin

mkdir -p "$directory"
exec 9>"$directory/.lock"
flock 9
if [[ -x $binaries/etcd && -x $binaries/etcdctl ]]; then
  echo "$binaries"
  exit 0
fi

command -v apt-get >/dev/null || {
  echo "get-etcd: needs Debian's package tool (apt-get); put etcd and etcdctl into $binaries by hand instead" >&2
  exit 1
}
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
  grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ' || true)
[[ -n $mirror ]] || {
  echo "get-etcd: no Debian mirror in this machine's package sources" >&2
  exit 1
}
keyring=$(ls /usr/share/keyrings/debian-archive-keyring.* | head -1)
scratch=$directory/apt-$suite
mkdir -p "$scratch/lists/partial" "$scratch/cache/partial" "$directory/$suite"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$scratch/sources.list"
options=(
  -o "Dir::Etc::sourcelist=$scratch/sources.list" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache::archives=$scratch/cache"
  -o APT::Sandbox::User=root -o Acquire::Languages=none
)
apt-get "${options[@]}" -qq update >&2
cd "$scratch/cache"
apt-get "${options[@]}" -qq download etcd-server etcd-client >&2
for package in etcd-server_*.deb etcd-client_*.deb; do
  dpkg-deb -x "$package" "$directory/$suite"
done
"$binaries/etcd" --version >&2
echo "$binaries"
