#!/bin/sh
# Temporal's two databases, made and brought up to date. What is there already stays.
set -eu

for each in temporal:temporal temporal_visibility:visibility; do
  sql() { temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u marketplace --db "${each%:*}" "$@"; }
  sql create
  sql setup-schema -v 0.0
  sql update-schema -d "/etc/temporal/schema/postgresql/v12/${each#*:}/versioned"
done
