# shellcheck shell=bash
# Who runs the servers: the caller; for root, who must not, the system user of the Debian package.

# server_user SERVER: prints the user a server runs as. Data that exists decides.
server_user() {
    local directory="$servers/$1"
    if [[ -d $directory ]]; then
        stat -c %U -- "$directory"
    elif is_root; then
        getent passwd "$1" >/dev/null || die "there is no system user '$1' to run the server as"
        printf '%s\n' "$1"
    else
        id -un
    fi
}

# command_as USER COMMAND...: puts into the array `as_user` what runs the command as the user, with none of the
# caller's settings.
command_as() {
    local user="$1"
    shift
    # Signals too: a server that inherits SIGTERM blocked from a test cannot be asked to stop.
    as_user=(env --default-signal -i PATH="$PATH:/usr/sbin:/sbin" LANG=C.UTF-8 "$@")
    if [[ $user != "$(id -un)" ]]; then
        is_root || die "the servers here belong to '$user'; call this as '$user' or as root"
        # Not runuser: it stays in between as the parent, and its pid is not the server's.
        as_user=(setpriv --reuid "$user" --regid "$(id -gn "$user")" --init-groups -- "${as_user[@]}")
    fi
}

# run_as USER COMMAND...: runs the command as the user, in a folder that every user can enter.
run_as() {
    local -a as_user
    command_as "$@"
    (cd / && "${as_user[@]}")
}

# write_as USER FILE MODE: writes the standard input to a file that was never readable by anybody else.
write_as() {
    # shellcheck disable=SC2016 # the inner shell's arguments
    run_as "$1" sh -c 'umask 077; rm -f "$1.new"; cat >"$1.new"; chmod "$2" "$1.new"; mv "$1.new" "$1"' sh "$2" "$3"
}
