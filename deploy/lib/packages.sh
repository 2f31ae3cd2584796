# shellcheck shell=bash
# The Debian packages that are needed, when they are missing.

# missing_packages: prints the packages to install. It asks for the thing, not the package: a library built by hand or a
# server from PostgreSQL's own archive is as good.
missing_packages() {
    local packages=()
    command -v git >/dev/null || packages+=(git)
    command -v g++ >/dev/null || packages+=(build-essential)
    command -v pkg-config >/dev/null || packages+=(pkg-config)
    pkg-config --exists libpq 2>/dev/null || packages+=(libpq-dev)
    pkg-config --exists librabbitmq 2>/dev/null || packages+=(librabbitmq-dev)
    pkg-config --exists openssl 2>/dev/null || packages+=(libssl-dev)
    # The tests of TLS make certificates with it.
    command -v openssl >/dev/null || packages+=(openssl)
    # The tests of a silent network make one of their own and cut it, which only root may.
    if is_root; then
        command -v ip >/dev/null || packages+=(iproute2)
        command -v socat >/dev/null || packages+=(socat)
    fi
    postgres_binaries >/dev/null || packages+=(postgresql postgresql-contrib)
    [[ -x $rabbitmq_scripts/rabbitmq-server ]] || packages+=(rabbitmq-server)
    if command -v swift >/dev/null && ! swift build --version >/dev/null 2>&1; then
        # Libraries that the toolchain itself is linked to; the names of the packages without -dev differ by release.
        packages+=(libcurl4-openssl-dev libedit-dev libncurses-dev libsqlite3-dev libxml2-dev zlib1g-dev tzdata)
    fi
    ((${#packages[@]} == 0)) || printf '%s\n' "${packages[@]}"
}

# missing_model_packages: what Tests/Model/run needs.
missing_model_packages() {
    local -a packages=()
    command -v spin >/dev/null || packages+=(spin)
    command -v gcc >/dev/null || packages+=(gcc libc6-dev)
    ((${#packages[@]} == 0)) || printf '%s\n' "${packages[@]}"
}

# missing_producer_packages: what the programs in deploy/producers need, which a test runs. Interpreters are the system's own,
# by their paths: another that comes first in the PATH does not find the system's libraries.
missing_producer_packages() {
    local -a packages=()
    /usr/bin/python3 -c 'import pika' 2>/dev/null || packages+=(python3-pika)
    /usr/bin/ruby -e 'require "bunny"' 2>/dev/null || packages+=(ruby-bunny)
    /usr/bin/php -r 'require "PhpAmqpLib/autoload.php";' >/dev/null 2>&1 || packages+=(php-cli php-amqplib)
    /usr/bin/perl -MAnyEvent::RabbitMQ -e 1 2>/dev/null || packages+=(libanyevent-rabbitmq-perl)
    command -v go >/dev/null || packages+=(golang-go)
    [[ -d /usr/share/gocode/src/github.com/rabbitmq/amqp091-go ]] || packages+=(golang-github-rabbitmq-amqp091-go-dev)
    command -v javac >/dev/null || packages+=(default-jdk-headless)
    [[ -f /usr/share/java/amqp-client.jar ]] || packages+=(librabbitmq-client-java)
    [[ -f /usr/share/java/slf4j-nop.jar ]] || packages+=(libslf4j-java)
    command -v amqp-publish >/dev/null || packages+=(amqp-tools)
    command -v jq >/dev/null || packages+=(jq)
    command -v psql >/dev/null || packages+=(postgresql-client)
    ((${#packages[@]} == 0)) || printf '%s\n' "${packages[@]}"
}

# install_all COMMAND...: the packages that the commands print, in one go.
install_all() {
    local -a packages
    local command
    mapfile -t packages < <(for command in "$@"; do "$command"; done)
    install_packages "${packages[@]}"
}

install_missing_packages() {
    install_all missing_packages
}

# install_packages [PACKAGE...]
install_packages() {
    local -a privileged=()
    (($#)) || return 0
    command -v apt-get >/dev/null || die "missing, and there is no apt-get to install them: $*"
    if ! is_root; then
        command -v sudo >/dev/null || die "missing, and installing them needs root or sudo: $*"
        privileged=(sudo)
    fi
    say "installing $*"
    # Not on the standard output, which is the environment.
    "${privileged[@]}" "$deploy/lib/install-packages" "$@" >&2
}
