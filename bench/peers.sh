# Sourced by bench/compare and bench/tail: what ringdex is compared with. Each peer has
#   needs_PEER    the programs that it takes
#   start_PEER    starts it on a free port, PEER_port; fails with a word on stderr
#   load_PEER     puts the people in
#   client_PEER   the arguments that make load_client ask it
#   words_PEER    prints what was asked, for the report
# and its name in asks_by_wrk if wrk can ask it as well. Another peer is these five and its name in the list.
peers=(nginx ringdex redis postgres)
asks_by_wrk=(nginx ringdex)

# ---- nginx: a constant of the mean size of ringdex's answers, one worker
needs_nginx=(nginx)
client_nginx=()
start_nginx() {
  nginx_port=$(free_port)
  mkdir -p "$folder/nginx"
  local filling
  filling=$(head -c $((answer_bytes - 11)) /dev/zero | tr '\0' x)
  cat >"$folder/nginx.conf" <<TEXT
worker_processes 1;
daemon off;
pid $folder/nginx/pid;
error_log $folder/nginx/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  default_type application/json;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  client_body_temp_path $folder/nginx/body;
  proxy_temp_path $folder/nginx/proxy;
  fastcgi_temp_path $folder/nginx/fastcgi;
  uwsgi_temp_path $folder/nginx/uwsgi;
  scgi_temp_path $folder/nginx/scgi;
  server {
    listen 127.0.0.1:$nginx_port;
    location / { return 200 '{"text":"$filling"}'; }
  }
}
TEXT
  start nginx nginx -p "$folder/nginx" -e "$folder/nginx/error.log" -c "$folder/nginx.conf"
  wait_for nginx 10 curl -sf --max-time 2 "http://127.0.0.1:$nginx_port/"
}
load_nginx() { :; }
words_nginx() { echo "nginx $(nginx -v 2>&1 | sed 's/.*nginx\///'): one worker, a constant of $answer_bytes bytes."; }

# ---- ringdex: started and loaded before the others, since its answers give the sizes
needs_ringdex=()
client_ringdex=(--check)
load_ringdex() { :; }
words_ringdex() { echo "ringdex $("$ringdex" version | head -n 1 | sed 's/^ringdex //'): one HTTP thread."; }

# ---- redis: E.164 text to a JSON text of the size of ringdex's answer
needs_redis=(redis-server redis-cli)
client_redis=(--protocol redis --check)
start_redis() {
  redis_port=$(free_port)
  start redis redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --appendonly no --dir "$folder"
  wait_for redis 10 redis-cli -p "$redis_port" ping
}
load_redis() {
  "$programs/people_generator" --records "$people" --seed "$seed" --redis - --value-bytes "$found_bytes" |
    redis-cli -p "$redis_port" --pipe >"$folder/redis.load" 2>&1 || return 1
  grep -q 'errors: 0' "$folder/redis.load"
}
words_redis() { echo "Redis $(redis-server --version | sed 's/.* v=\([^ ]*\).*/\1/'): GET of $found_bytes bytes."; }

# ---- postgres: a table with an index on the number, asked by a prepared statement over its own protocol
postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1 || true)
needs_postgres=("${postgres_bin:-/usr/lib/postgresql}/initdb" psql)
client_postgres=(--protocol postgres --user bench --database postgres --check)
# It refuses to run as root; the package brings a user for it.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    exec setpriv --reuid postgres --regid postgres --clear-groups -- "$@"
  else
    exec "$@"
  fi
}
postgres_sql() { psql -q -X -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U bench -d postgres "$@"; }
start_postgres() {
  postgres_port=$(free_port)
  mkdir -p "$folder/postgres"
  [ "$(id -u)" -ne 0 ] || chown postgres "$folder/postgres"
  (cd / && as_postgres "$postgres_bin/initdb" -D "$folder/postgres/data" -U bench -A trust --locale=C -E UTF8 \
    >"$folder/postgres.init" 2>&1) || return 1
  start postgres as_postgres "$postgres_bin/postgres" -D "$folder/postgres/data" -p "$postgres_port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=1GB -c fsync=off -c max_wal_size=8GB
  wait_for postgres 30 postgres_sql -c 'SELECT 1'
}
load_postgres() {
  postgres_sql -c 'CREATE TABLE phones (number text, id text, name text, organization text, label text)' || return 1
  "$programs/people_generator" --records "$people" --seed "$seed" --postgres - |
    postgres_sql -c 'COPY phones FROM STDIN' || return 1
  postgres_sql -c 'CREATE INDEX phones_number ON phones (number)' -c 'VACUUM (ANALYZE) phones' -c 'CHECKPOINT'
}
words_postgres() { echo "PostgreSQL $("$postgres_bin/postgres" --version | awk '{ print $3 }'): a prepared SELECT of four columns by index."; }
