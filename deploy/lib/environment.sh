# shellcheck shell=bash
# The pair of servers as a whole: getting ready to start them, and telling others where they are.

prepare_servers() {
    install_missing_packages
    is_server_running postgres || is_server_running rabbitmq || choose_ports
    place_servers
}

# print_environment: what a program needs to reach the servers, as lines for a shell.
print_environment() {
    [[ -f $state/ports ]] || die "the servers have never been started here: deploy/services start"
    printf "export BATON_POSTGRES_URL='%s'\n" "$(postgres_url)"
    printf "export BATON_RABBITMQ_URL='%s'\n" "$(rabbitmq_url)"
    printf 'export BATON_POSTGRES_PID=%s\n' "$(server_pid postgres || true)"
    printf 'export BATON_RABBITMQ_PID=%s\n' "$(server_pid rabbitmq || true)"
}

print_status() {
    local server status code=0
    for server in postgres rabbitmq; do
        status="$(server_status "$server")"
        printf '%-10s%-15spid %-10sport %s\n' "$server" "$status" "$(server_pid "$server" || printf -- -)" \
            "$(port "$server" || printf -- -)"
        [[ $status == running ]] || code=3
    done
    return "$code"
}
