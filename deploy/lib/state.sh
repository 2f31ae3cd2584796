# shellcheck shell=bash
# What is remembered under .baton/: ports, passwords, pids, and where the servers keep their data.
#
# BATON_STATE_DIR names another folder, and with it another, independent pair of servers.

state="${BATON_STATE_DIR:-$repository/.baton}"
servers="$state/servers"

# open_state: makes the folder, and refuses one that was moved or copied here with another clone's pids and ports.
open_state() {
    mkdir -p -- "$state"
    state="$(cd -- "$state" && pwd -P)"
    servers="$state/servers"
    [[ -w $state ]] || die "$state belongs to '$(stat -c %U -- "$state")'; call this as that user"
    if [[ ! -f $state/path ]]; then
        printf '%s\n' "$state" >"$state/path"
    elif [[ $(<"$state/path") != "$state" ]]; then
        die "$state was moved or copied from $(<"$state/path"): stop the servers of that clone, then remove this folder"
    fi
}

# lock_state: one command at a time changes a clone's servers; the lock ends with this shell, or before.
lock_state() {
    exec {state_lock}>"$state/lock"
    flock --timeout 600 "$state_lock" || die "another command has held $state/lock for ten minutes"
}

unlock_state() {
    exec {state_lock}>&-
}

# write_secret FILE CONTENT
write_secret() {
    (
        umask 077
        printf '%s\n' "$2" >"$1.new"
    )
    mv -- "$1.new" "$1"
}

# remembered NAME COMMAND...: prints what is recorded under NAME; the first time, the command's output.
remembered() {
    local file="$state/$1"
    shift
    [[ -s $file ]] || write_secret "$file" "$("$@")"
    cat -- "$file"
}

password() {
    remembered "$1.password" random_hex 16
}

# instance: a name that no other clone's servers have.
instance() {
    remembered instance printf 'baton-%s' "$(random_hex 4)"
}

# place_servers: makes a folder for each server's data, owned by its user.
place_servers() {
    [[ -L $servers && ! -d $servers ]] && rm -- "$servers"
    [[ -d $servers ]] && return
    if is_root && ! is_reachable; then
        # The servers' users cannot enter what lies inside a folder that is root's alone.
        local elsewhere
        elsewhere="$(mktemp -d /var/tmp/baton-XXXXXXXX)"
        chmod 755 -- "$elsewhere"
        ln -s -- "$elsewhere" "$servers"
    else
        mkdir -m 755 -- "$servers"
    fi
}

is_reachable() {
    local user
    for user in postgres rabbitmq; do
        run_as "$user" test -x "$state" || return 1
    done
}

# make_server_directory SERVER: prints the real path of the server's folder; makes it when it is missing.
make_server_directory() {
    local user directory="$servers/$1"
    if [[ ! -d $directory ]]; then
        user="$(server_user "$1")"
        mkdir -m 700 -- "$directory"
        [[ $user == "$(id -un)" ]] || chown "$user:" -- "$directory"
    fi
    readlink -f -- "$directory"
}

# remove_servers: deletes the data, wherever it is. Ports and passwords stay, so that addresses stay valid.
remove_servers() {
    [[ ! -L $servers ]] || rm -rf -- "$(readlink -f -- "$servers")"
    rm -rf -- "$servers"
}
