#!/bin/bash
# A database and a role of the same name for each service, and one role that reads them all, once, when the server's volume
# is new.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set password="$SHOP_DATABASE_PASSWORD" <<'SQL'
create role auditor login password :'password';
grant pg_read_all_data to auditor;
SQL
for name in $SHOP_DATABASES; do
  psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set name="$name" --set password="$SHOP_DATABASE_PASSWORD" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
grant connect on database :"name" to auditor;
SQL
done
