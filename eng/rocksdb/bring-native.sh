#!/bin/sh
# Brings RocksDB's native library into a folder, without root and without touching the system.
#
#   bring-native.sh FOLDER [auto|true]
#
# auto: does nothing where the system has librocksdb 7.8 or newer. true: brings it anyway.
# Safe when several builds run at once: one works under a lock, the folder appears by rename when it is complete.
set -eu

folder=$1
mode=${2:-auto}
oldest_major=7
oldest_minor=8

new_enough() { # major[.minor[...]]
    major=${1%%.*}
    rest=${1#*.}
    if [ "$rest" = "$1" ]; then rest=0; fi
    minor=${rest%%.*}
    case "$major$minor" in *[!0-9]*) return 1 ;; esac
    [ "$major" -gt "$oldest_major" ] || { [ "$major" -eq "$oldest_major" ] && [ "$minor" -ge "$oldest_minor" ]; }
}

system_has_it() {
    for file in /usr/local/lib/librocksdb.so.* /usr/lib/*-linux-gnu/librocksdb.so.* \
        /usr/lib64/librocksdb.so.* /usr/lib/librocksdb.so.*; do
        [ -e "$file" ] || continue
        if new_enough "${file##*/librocksdb.so.}"; then return 0; fi
    done
    return 1
}

cannot() {
    echo "error ROCKSDB001: RocksDB's native library is missing and $1." \
        "Install version $oldest_major.$oldest_minor or newer (Debian: apt-get install -y librocksdb7.8)," \
        "or build with -p:BundleRocksDb=false and install it where the program runs." >&2
    exit 1
}

[ ! -e "$folder/complete" ] || exit 0
if [ "$mode" = auto ] && system_has_it; then exit 0; fi

for tool in apt-get apt-cache dpkg-query dpkg-deb flock; do
    command -v "$tool" >/dev/null 2>&1 || cannot "it cannot be fetched here: there is no $tool"
done

mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
[ ! -e "$folder/complete" ] || exit 0

work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/packages" "$work/root" "$work/result" "$work/log"
private=""

# The machine's package lists where it has them, else lists of its own in the work folder.
apt() { # command, arguments
    program=$1
    shift
    # shellcheck disable=SC2086
    "$program" -o APT::Sandbox::User= -o Dir::Cache="$work/cache" $private "$@"
}

known_package() {
    for name in librocksdb7.8 $(apt apt-cache pkgnames librocksdb 2>/dev/null | sort -V); do
        version=${name#librocksdb}
        case $version in *[!0-9.]* | '') continue ;; esac
        new_enough "$version" || continue
        if [ -n "$(apt apt-cache madison "$name" 2>/dev/null)" ]; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

missing_dependencies() { # package
    apt apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$1" |
        sed -n 's/^ *|\{0,1\}Depends: \([^<>]*\)$/\1/p' | sort -u |
        while read -r name; do
            status=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
            [ "$status" = installed ] || echo "$name"
        done
}

fetch() { # package
    packages="$1 $(missing_dependencies "$1")"
    # shellcheck disable=SC2086
    (cd "$work/packages" && apt apt-get -q download $packages) >"$work/log/download" 2>&1
}

mkdir -p "$work/cache/archives/partial"
if ! { package=$(known_package) && fetch "$package"; }; then
    mkdir -p "$work/state/lists/partial"
    private="-o Dir::State=$work/state -o Dir::State::Lists=$work/state/lists"
    private="$private -o Dir::State::status=/var/lib/dpkg/status"
    apt apt-get -q update >"$work/log/update" 2>&1 ||
        cannot "its package lists cannot be fetched ($(tail -n 1 "$work/log/update"))"
    package=$(known_package) || cannot "no configured package source has it"
    fetch "$package" || cannot "it cannot be downloaded ($(tail -n 1 "$work/log/download"))"
fi

for archive in "$work"/packages/*.deb; do
    dpkg-deb -x "$archive" "$work/root"
done

# Real files under the names that programs ask for: librocksdb.so.7.8, libgflags.so.2.2, libsnappy.so.1 …
find "$work/root" -type l -name 'lib*.so.*' | while read -r link; do
    target=$(readlink -f "$link")
    [ ! -f "$target" ] || cp "$target" "$work/result/${link##*/}"
done
[ -n "$(find "$work/result" -name 'librocksdb.so.*')" ] || cannot "package $package holds no librocksdb.so"

touch "$work/result/complete"
rm -rf "$folder"
mv "$work/result" "$folder"
echo "brought $package into $folder"
