# shellcheck shell=bash
# Loads the parts; a command sources this file alone.

library="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source=SCRIPTDIR/common.sh
source "$library/common.sh"
# shellcheck source=SCRIPTDIR/users.sh
source "$library/users.sh"
# shellcheck source=SCRIPTDIR/process.sh
source "$library/process.sh"
# shellcheck source=SCRIPTDIR/state.sh
source "$library/state.sh"
# shellcheck source=SCRIPTDIR/ports.sh
source "$library/ports.sh"
# shellcheck source=SCRIPTDIR/server.sh
source "$library/server.sh"
# shellcheck source=SCRIPTDIR/postgres.sh
source "$library/postgres.sh"
# shellcheck source=SCRIPTDIR/rabbitmq.sh
source "$library/rabbitmq.sh"
# shellcheck source=SCRIPTDIR/environment.sh
source "$library/environment.sh"
# shellcheck source=SCRIPTDIR/packages.sh
source "$library/packages.sh"
