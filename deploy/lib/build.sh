# shellcheck shell=bash
# Builds for release.

# release_product PRODUCT: builds an executable as one deploys it, and prints its path. What the compiler says goes to the
# standard error.
release_product() {
    # The runtime and Foundation are linked in: a call into a shared library is a detour, and Baton makes many. The macro
    # plugin runs only while compiling: optimising it would double the time this takes.
    local -a options=(--configuration release --static-swift-stdlib -Xbuild-tools-swiftc -Onone)
    local folder
    swift build "${options[@]}" --product "$1" >&2 || return
    folder="$(swift build "${options[@]}" --show-bin-path)" || return
    printf '%s/%s\n' "$folder" "$1"
}
