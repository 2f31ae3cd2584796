# shellcheck shell=bash
# What every command shares: where the repository is, and how to speak and give up.

repository="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)"
deploy="$repository/deploy"

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "error: $*"
    exit 1
}

# die_of_log FILE MESSAGE...: also shows the end of the log that tells why.
die_of_log() {
    { tail -n 20 -- "$1" || true; } >&2
    die "${*:2}; see $1 (deploy/services reset starts afresh)"
}

is_root() {
    [[ $EUID -eq 0 ]]
}

# random_hex BYTES: as a password or a name it needs no quoting in a URL, a file or SQL.
random_hex() {
    od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'
}

# wait_until SECONDS COMMAND...: asks again until the command succeeds; fails when the time is over.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}
