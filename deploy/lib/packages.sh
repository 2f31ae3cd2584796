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

install_missing_packages() {
    local -a packages
    mapfile -t packages < <(missing_packages)
    install_packages "${packages[@]}"
}

# install_missing_model_packages: what Tests/Model/run needs.
install_missing_model_packages() {
    local -a packages=()
    command -v spin >/dev/null || packages+=(spin)
    command -v gcc >/dev/null || packages+=(gcc libc6-dev)
    install_packages "${packages[@]}"
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
