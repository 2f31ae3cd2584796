# shellcheck shell=bash
# The private PostgreSQL server: over TCP on the loopback only, so that no path can be too long for a socket.

# postgres_binaries: prints the folder of initdb and postgres; Debian and Ubuntu keep one for each version.
postgres_binaries() {
    local directory
    while read -r directory; do
        if [[ -x $directory/initdb && -x $directory/postgres ]]; then
            printf '%s\n' "$directory"
            return
        fi
    done < <(
        printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV
        pg_config --bindir 2>/dev/null || true
    )
    return 1
}

postgres_url() {
    printf 'postgresql://baton:%s@127.0.0.1:%s/baton\n' "$(password postgres)" "$(port postgres)"
}

# postgres_client PROGRAM [ARGUMENT...]: runs a client program against the server.
postgres_client() {
    local binaries
    binaries="$(postgres_binaries)" || die "PostgreSQL is not installed"
    PGHOST=127.0.0.1 PGPORT="$(port postgres)" PGUSER=baton PGDATABASE=baton \
        PGPASSWORD="$(password postgres)" PGCONNECT_TIMEOUT=5 "$binaries/$1" "${@:2}"
}

postgres_initialize() {
    local binaries="$1" user="$2" home="$3"
    [[ ! -f $home/data/PG_VERSION ]] || return 0
    run_as "$user" rm -rf "$home/data" "$home/new"
    # Into another folder first: an initdb that is interrupted must not pass for a finished one.
    password postgres | write_as "$user" "$home/password" 600
    run_as "$user" "$binaries/initdb" --pgdata="$home/new" --username=baton --auth=scram-sha-256 \
        --pwfile="$home/password" --encoding=UTF8 --locale=C.UTF-8 >"$state/postgres.initdb.log" 2>&1 ||
        die_of_log "$state/postgres.initdb.log" "initdb failed"
    run_as "$user" rm -f "$home/password"
    run_as "$user" mv "$home/new" "$home/data"
}

postgres_configuration() {
    local binaries="$1"
    cat <<CONFIGURATION
listen_addresses = '127.0.0.1'
port = $(port postgres)
unix_socket_directories = ''
cluster_name = '$(instance)'
max_connections = 500
password_encryption = 'scram-sha-256'

# What Baton promises rests on these.
fsync = on
full_page_writes = on
synchronous_commit = on

shared_buffers = '256MB'
max_wal_size = '2GB'
log_line_prefix = '%m [%p] %a '
log_lock_waits = on
CONFIGURATION
    if [[ -f "$("$binaries/pg_config" --pkglibdir)/pg_stat_statements.so" ]]; then
        printf '%s\n' "shared_preload_libraries = 'pg_stat_statements'" 'pg_stat_statements.max = 50000'
    fi
}

# postgres_answers DATABASE
postgres_answers() {
    [[ $(postgres_client psql -XAtq --dbname="$1" --command='SELECT 1' 2>/dev/null) == 1 ]]
}

postgres_start() {
    server_resume postgres
    if is_server_running postgres; then
        ! postgres_is_ready || return 0
    else
        postgres_launch
    fi
    wait_until 120 postgres_is_up_or_again || die_of_log "$state/postgres.log" "PostgreSQL does not answer"
    postgres_create_database
}

postgres_launch() {
    local binaries home user lock never
    binaries="$(postgres_binaries)" || die "PostgreSQL is not installed"
    home="$(make_server_directory postgres)"
    user="$(server_user postgres)"
    postgres_initialize "$binaries" "$user" "$home"
    postgres_configuration "$binaries" | write_as "$user" "$home/data/postgresql.conf" 600
    lock="$home/data/postmaster.pid"
    if run_as "$user" test -f "$lock"; then
        # The server refuses to start while the pid in its own lock file is alive, whoever has that pid by now; this
        # one nobody can have. The rest of the file stays: by it the server finds backends that outlived a crash.
        read -r never </proc/sys/kernel/pid_max
        run_as "$user" sed -i "1s/.*/$never/" "$lock"
    fi
    launch "$state/postgres.pid" "$state/postgres.log" "$user" "$binaries/postgres" -D "$home/data"
}

# After a crash, backends that have not yet noticed keep the server from starting: it is then started again. So it is, on
# other ports, where another clone that chose the same ones at the same time was sooner.
postgres_is_up_or_again() {
    if ! is_server_running postgres; then
        if tail -n 5 -- "$state/postgres.log" | grep -q 'pre-existing shared memory block'; then
            sleep 0.5
        elif ! is_server_running rabbitmq && ! is_block_free "$(port postgres)"; then
            choose_ports
        else
            die_of_log "$state/postgres.log" "PostgreSQL does not start"
        fi
        postgres_launch
    fi
    postgres_answers postgres
}

# postgres_create_database: the database comes last, so that where it exists, the extension does.
postgres_create_database() {
    postgres_client psql -XAtq --dbname=template1 --set=ON_ERROR_STOP=1 >/dev/null <<'SQL'
SET client_min_messages = warning;
SELECT 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements'
    WHERE current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' \gexec
\connect postgres
SELECT 'CREATE DATABASE baton' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'baton') \gexec
SQL
}

postgres_is_ready() {
    postgres_answers baton
}

# postgres_stop: asks for a fast shutdown, which ends clients' sessions and keeps every commit.
postgres_stop() {
    server_end postgres INT
}
