#!/bin/bash
# Try the two commands of the README on a bare Debian 12, from a clean clone.
#
# Run by hand, as root:  tests/fresh/run.sh [SCENARIO ...]
# All but the first by default.
#   setup        `make setup` alone, twice
#   root         both commands as root
#   user         both commands as an ordinary user without sudo, on an image that has no servers
#   sudo         the second command as a user with sudo, after Ctrl-C at each step of the set-up
#   interrupted  Ctrl-C at each step of the set-up and of the demo: nothing may be left, it goes on
#   odd          both commands in a folder with a space, without HOME, in LANG=C and Tokyo's time
#   killed       kill -9 of the running demo: nothing may be left
#   twins        two clones at the same time
#
# It debootstraps a minbase image into .fresh/ (or FRESH_WORK) once and runs each scenario in a copy
# of it, in namespaces of its own. How this machine reaches its package registries (package lists,
# pip and npm settings, certificates, proxies) is read from this machine and given to the copy.
# FRESH_FIRST and FRESH_SECOND replace the two commands; FRESH_WORKTREE=1 takes the files as they
# lie here instead of the last commit.
set -euo pipefail
cd "$(dirname "$0")/../.."
SOURCE=$PWD
WORK=${FRESH_WORK:-$SOURCE/.fresh}
MIRROR=${FRESH_MIRROR:-http://deb.debian.org/debian}
FIRST=${FRESH_FIRST:-make test}
SECOND=${FRESH_SECOND:-make demo ONCE=1}
PASSED_ON='^(PIP_|UV_|SSL_|REQUESTS_|CURL_|NODE_EXTRA|NPM_|npm_|[a-z]+_proxy|[A-Z]+_PROXY)'

[ "$(id -u)" = 0 ] || { echo "Run this as root: it makes a chroot." >&2; exit 1; }
command -v debootstrap >/dev/null ||
    { echo "debootstrap is missing. Install it: apt-get install debootstrap" >&2; exit 1; }

make_image() {
    [ -e "$WORK/image.done" ] && return
    echo "making a bare Debian 12 in $WORK/image"
    rm -rf --one-file-system "$WORK/image"
    mkdir -p "$WORK"
    debootstrap --variant=minbase --include=git,make,python3,ca-certificates \
        bookworm "$WORK/image" "$MIRROR" >"$WORK/debootstrap.log"
    touch "$WORK/image.done"
}

give_settings() {
    local root=$1 file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d \
        /etc/apt/auth.conf.d /etc/apt/keyrings /usr/share/keyrings /etc/pip.conf /etc/npmrc \
        /etc/ssl/certs /usr/local/share/ca-certificates /etc/resolv.conf /etc/hosts; do
        [ -e "$file" ] || continue
        mkdir -p "$root$(dirname "$file")"
        cp -aL --remove-destination "$file" "$root$(dirname "$file")/" 2>/dev/null || true
    done
    rm -f "$root"/etc/apt/apt.conf.d/*packagekit* "$root"/etc/apt/apt.conf.d/50appstream
}

clone_into() {
    mkdir -p "$1"
    if [ -n "${FRESH_WORKTREE:-}" ]; then
        git ls-files -z --cached --others --exclude-standard |
            xargs -0 -I{} sh -c '[ -e "{}" ] && printf "%s\0" "{}"' |
            tar --null --files-from=- --create | tar --extract --directory="$1" --no-same-owner
    else
        git clone --quiet --no-hardlinks "$SOURCE" "$1"
    fi
}

scenario() {
    local name=$1 root=$WORK/$1
    echo "=== $name ==="
    local started=$SECONDS
    rm -rf --one-file-system "$root"
    cp -a "$WORK/image" "$root"
    give_settings "$root"
    clone_into "$root/srv/one"
    [ "$name" = twins ] && clone_into "$root/srv/two"
    cp tests/fresh/inside.sh tests/fresh/interrupt.py "$root/srv/"
    mkdir -p "$root/dev/shm" "$root/dev/pts"
    local passed=()
    mapfile -t passed < <(env | grep -E "$PASSED_ON" || true)
    unshare --mount --pid --fork --kill-child --propagation private bash -c '
        set -e
        root=$1; shift
        mount -t proc proc "$root/proc"
        mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
        ln -sf pts/ptmx "$root/dev/ptmx"
        for device in null zero random urandom tty full; do
            [ -e "$root/dev/$device" ] || touch "$root/dev/$device"
            mount --bind "/dev/$device" "$root/dev/$device"
        done
        exec chroot "$root" "$@"' -- "$root" \
        env -i HOME=/root TERM=dumb CI=true PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        "${passed[@]}" FIRST="$FIRST" SECOND="$SECOND" bash /srv/inside.sh "$name" </dev/null
    rm -rf --one-file-system "$root"
    echo "=== $name passed in $((SECONDS - started)) s ==="
}

make_image
[ $# -gt 0 ] || set -- root user sudo interrupted odd killed twins
for name in "$@"; do
    scenario "$name"
done
echo "All scenarios passed: $*"
