#!/bin/sh
# Let PostgreSQL's clients find the password, which stands in no command and no variable; then run the command.
set -eu
umask 077
printf 'database:*:*:lab:%s\n' "$(cat /run/secrets/database-password)" > "$PGPASSFILE"
exec "$@"
