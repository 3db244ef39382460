#!/bin/bash
# What tests/fresh/run.sh does inside the copy of the image. $1 is the scenario.
set -euo pipefail
ALLOWED='^/(usr|etc|bin|sbin|lib|lib64|run|proc|dev|sys|srv/(one|two|one two|inside\.sh|interrupt\.py)|home/tester/(one|\.cache|\.npm)|root/(\.cache|\.npm)|var/(lib|cache|log))(/|$)'
touch /srv/started

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Seconds of processor time of all that ended in this namespace: everything comes to its first process.
processor() {
    awk '{ print int(($16 + $17) / 100) }' /proc/1/stat
}

timed() {
    local started=$SECONDS before
    before=$(processor)
    "$@" || fail "$*"
    echo "--- $* took $((SECONDS - started)) s, $(($(processor) - before)) s of the processor"
}

# interrupted_at TEXT COMMAND...: Ctrl-C a moment after it printed the text. It ends clean.
interrupted_at() {
    local code=0
    python3 /srv/interrupt.py "$@" >/tmp/interrupted.log 2>&1 || code=$?
    [ "$code" = 130 ] || { cat /tmp/interrupted.log; fail "$2 ended with $code at '$1'"; }
    ! grep -B5 -A20 Traceback /tmp/interrupted.log || fail "a traceback at '$1'"
    nothing_left
    rm /tmp/interrupted.log
    echo "--- Ctrl-C at '$1' left nothing running"
}

at_each_step_of_the_setup() {
    for text in 'installing them as root' 'unpacking prometheus' 'making the Python' \
        'installing uv' 'packages of the lock'; do
        interrupted_at "$text" "$@"
    done
    SETTLE_SECONDS=0.05 interrupted_at 'project itself' "$@"  # it is done in a moment
    [ -z "$(dpkg --audit)" ] || fail "packages are left half installed: $(dpkg --audit)"
}

both_commands() {
    cd "$1"
    timed bash -c "$FIRST"
    timed bash -c "$SECOND"
    timed bash -c "$SECOND"
}

nothing_left() {
    local others
    for _ in $(seq 600); do
        others=$(ps_all)
        [ -z "$others" ] && return
        sleep 0.2
    done
    fail "still running:"$'\n'"$others"
}

# Every process in this namespace but this shell, its children for this very question, and init.
ps_all() {
    local entry pid state
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        [ "$pid" -gt 1 ] && [ "$pid" != $$ ] && [ "$pid" != "$BASHPID" ] || continue
        state=$(sed -n 's/^State:\t\(.\).*/\1/p' "$entry/status" 2>/dev/null) || continue
        [ -z "$state" ] || [ "$state" = Z ] && continue
        tr '\0' ' ' <"$entry/cmdline" 2>/dev/null | sed "s/^/$pid /" | grep -v "inside.sh" || true
    done
}

nothing_strange_written() {
    local strange
    strange=$(find / -xdev -newer /srv/started ! -type d 2>/dev/null | grep -vE "$ALLOWED" |
        grep -v '^/srv/started$' || true)
    [ -z "$strange" ] || fail "written outside the project:"$'\n'"$strange"
    [ -z "$(find /tmp -maxdepth 1 -name 'instainstru-*')" ] || fail "a socket folder is left in /tmp"
    [ ! -e /usr/sbin/policy-rc.d ] || fail "policy-rc.d is left behind"
    [ ! -e /etc/postgresql-common/createcluster.d/zz-private.conf ] || fail "zz-private.conf is left"
    [ -z "$(ls /var/lib/postgresql 2>/dev/null)" ] || [ -z "$(ls /var/lib/postgresql/*/ 2>/dev/null)" ] ||
        fail "a system cluster was made"
}

demo_until_open() {
    make demo >/tmp/demo.log 2>&1 &
    while kill -0 $! 2>/dev/null; do
        grep -q 'until Ctrl-C' /tmp/demo.log && return
        sleep 0.5
    done
    cat /tmp/demo.log
    fail "the demo did not open"
}

case $1 in
setup)
    cd /srv/one
    timed make setup
    timed make setup
    ;;
root)
    both_commands /srv/one
    ;;
user)
    useradd --create-home tester
    mv /srv/one /home/tester/one
    chown -R tester: /home/tester/one
    for command in "$FIRST" "$SECOND" "$SECOND"; do
        timed setpriv --reuid=tester --regid=tester --init-groups \
            env HOME=/home/tester USER=tester bash -c "cd /home/tester/one && $command"
    done
    ;;
sudo)
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends sudo >/dev/null
    useradd --create-home tester
    echo 'tester ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/tester
    mv /srv/one /home/tester/one
    chown -R tester: /home/tester/one
    cd /home/tester/one
    touch /srv/started
    at_each_step_of_the_setup setpriv --reuid=tester --regid=tester --init-groups \
        env HOME=/home/tester USER=tester make setup
    timed setpriv --reuid=tester --regid=tester --init-groups \
        env HOME=/home/tester USER=tester bash -c "$SECOND"
    ;;
interrupted)
    cd /srv/one
    at_each_step_of_the_setup make setup
    for text in '1/6. private servers' '2/6. database tables' '3/6. marketplace' '4/6. API' \
        '5/6. first figures' '6/6. copilot tour' 'until Ctrl-C'; do
        interrupted_at "$text" make demo
    done
    timed bash -c "$SECOND"
    ;;
odd)
    mv /srv/one "/srv/one two"
    cd "/srv/one two"
    timed env -u HOME LANG=C LC_ALL=C TZ=Asia/Tokyo bash -c "$FIRST"
    timed env -u HOME LANG=C LC_ALL=C TZ=Asia/Tokyo bash -c "$SECOND"
    ;;
killed)
    cd /srv/one
    demo_until_open
    for demo in $(grep -lsa 'devstack.demo' /proc/[0-9]*/cmdline | cut -d/ -f3); do
        kill -9 "$demo" 2>/dev/null || true # the grep that found it is in the list, too
    done
    wait %1 2>/dev/null || true
    killed=$SECONDS
    nothing_left
    echo "--- nothing was left $((SECONDS - killed)) s after the kill"
    rm -f /tmp/demo.log
    timed bash -c "$SECOND"
    ;;
twins)
    (cd /srv/one && make setup >/tmp/one.log 2>&1) &
    one=$!
    (cd /srv/two && make setup >/tmp/two.log 2>&1) &
    two=$!
    wait $one || { cat /tmp/one.log; fail "setting up the first of two clones"; }
    wait $two || { cat /tmp/two.log; fail "setting up the second of two clones"; }
    (cd /srv/one && timed bash -c "$SECOND" >/tmp/one.log 2>&1) &
    one=$!
    (cd /srv/two && timed bash -c "$SECOND" >/tmp/two.log 2>&1) &
    two=$!
    wait $one || { cat /tmp/one.log; fail "the first of two clones"; }
    wait $two || { cat /tmp/two.log; fail "the second of two clones"; }
    rm -f /tmp/one.log /tmp/two.log
    ;;
*)
    fail "no scenario is called $1"
    ;;
esac
nothing_left
nothing_strange_written
echo "ok: $1"
