# shellcheck shell=bash
# Loads the parts; a command sources this file alone.

library="$(dirname -- "${BASH_SOURCE[0]}")"
# shellcheck source=SCRIPTDIR/lib/common.sh
source "$library/common.sh"
# shellcheck source=SCRIPTDIR/lib/users.sh
source "$library/users.sh"
# shellcheck source=SCRIPTDIR/lib/process.sh
source "$library/process.sh"
# shellcheck source=SCRIPTDIR/lib/state.sh
source "$library/state.sh"
# shellcheck source=SCRIPTDIR/lib/ports.sh
source "$library/ports.sh"
# shellcheck source=SCRIPTDIR/lib/server.sh
source "$library/server.sh"
# shellcheck source=SCRIPTDIR/lib/postgres.sh
source "$library/postgres.sh"
# shellcheck source=SCRIPTDIR/lib/rabbitmq.sh
source "$library/rabbitmq.sh"
# shellcheck source=SCRIPTDIR/lib/environment.sh
source "$library/environment.sh"
# shellcheck source=SCRIPTDIR/lib/packages.sh
source "$library/packages.sh"
# shellcheck source=SCRIPTDIR/lib/build.sh
source "$library/build.sh"
# shellcheck source=SCRIPTDIR/lib/session.sh
source "$library/session.sh"
