# shellcheck shell=bash
# Loopback ports: one block for a clone, chosen once, so that clones on one machine run beside each other.

readonly port_block=16
readonly -A port_offset=([postgres]=0 [rabbitmq]=1 [distribution]=2 [epmd]=3 [rabbitmqctl]=4)

# port NAME: prints the port of that name.
port() {
    local base
    { read -r base <"$state/ports"; } 2>/dev/null || return 1
    printf '%s\n' $((base + ${port_offset[$1]}))
}

# is_port_open PORT: whether somebody listens there.
is_port_open() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

is_block_free() {
    local offset
    for ((offset = 0; offset < port_block; offset++)); do
        ! is_port_open $(($1 + offset)) || return 1
    done
}

# choose_ports: keeps the recorded block while it is free; call it only when no server of this clone runs.
choose_ports() {
    local base lowest highest tries
    if { read -r base <"$state/ports"; } 2>/dev/null && is_block_free "$base"; then
        return
    fi
    # Below the range from which outgoing connections get their ports, or one of those could take ours.
    read -r highest _ </proc/sys/net/ipv4/ip_local_port_range
    lowest=10240
    ((highest > lowest + 1024)) || highest=32768
    for ((tries = 0; tries < 100; tries++)); do
        base=$((lowest + SRANDOM % ((highest - lowest) / port_block) * port_block))
        if is_block_free "$base"; then
            printf '%s\n' "$base" >"$state/ports"
            return
        fi
    done
    die "no $port_block free ports in a row between $lowest and $highest"
}
