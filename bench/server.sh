# Sourced by the benchmarks that start servers: a folder of their own, free ports, starting, waiting and stopping.
# Everything that is started here ends with the script, and the folder goes with it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:/usr/sbin
export LC_ALL=C

script=${0##*/}
programs=build/release/bench
ringdex=build/release/ringdex
reports=build/bench
seed=1
declare -A pid_of=()
# Where servers and clients run, as taskset has it; empty leaves it to the kernel.
server_cores=
client_cores=
client_prefix=() # what a client is run by

die() {
  echo "$script: $*" >&2
  exit 1
}
progress() { echo "$script: $*" >&2; }

# whole NAME VALUE [MAX]: dies unless the value is a whole number from 1
whole() {
  [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || die "$1 is a whole number from 1"
  [ -z "${3:-}" ] || [ "$2" -le "$3" ] || die "$1 is at most $3"
}

# missing_of PROGRAM...: what is missing, nothing if all are there
missing_of() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || echo "$program"; done
}
open_folder() {
  local missing
  missing=$(missing_of curl awk "$ringdex" "$programs/people_generator" "$programs/load_client" "$@" | paste -sd ' ')
  [ -z "$missing" ] || die "missing: $missing; './dev bench $script' installs and builds what it takes"
  folder=$(mktemp -d)
  chmod 711 "$folder" # PostgreSQL's user passes through
  trap close_folder EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir -p "$reports"
}
close_folder() {
  local status=$? name
  trap - EXIT
  for name in "${!pid_of[@]}"; do stop "$name"; done
  rm -rf "$folder"
  exit "$status"
}

# start NAME COMMAND...: in the background, with its output in the folder's NAME.log; a function must end with exec
start() {
  local name=$1
  shift
  (
    [ -z "$server_cores" ] || taskset -cp "$server_cores" "$BASHPID" >/dev/null
    if [ "$(type -t "$1")" = function ]; then "$@"; else exec "$@"; fi
  ) >"$folder/$name.log" 2>&1 &
  pid_of[$name]=$!
}
alive() { kill -0 "${pid_of[$1]}" 2>/dev/null; }
stop() {
  local pid=${pid_of[$1]:-} i
  [ -n "$pid" ] || return 0
  unset "pid_of[$1]"
  kill "$pid" 2>/dev/null || true
  for ((i = 0; i < 200; ++i)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  if ((i == 200)); then
    progress "$1 does not stop; it is killed"
    kill -9 "$pid" 2>/dev/null || true
  fi
  wait "$pid" 2>/dev/null || true
}

# wait_for NAME SECONDS COMMAND...: until the command succeeds; fails if the process NAME ends or the time is over
wait_for() {
  local name=$1 until=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! alive "$name" || [ "$SECONDS" -ge "$until" ]; then
      progress "$name does not answer: $(tail -n 3 "$folder/$name.log")"
      return 1
    fi
    sleep 0.02
  done
}

free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# Microseconds, for differences.
now() { echo "${EPOCHREALTIME/[.,]/}"; }
# seconds FROM TO
seconds_between() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.2f", (to - from) / 1e6 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN { print (a <= b ? "MET" : "NOT MET") }'; }
# memory NAME FIELD: MiB of the process, FIELD as in /proc/PID/status (VmRSS, RssAnon, VmHWM)
memory() { awk -v field="$2:" '$1 == field { printf "%.0f", $2 / 1024 }' "/proc/${pid_of[$1]}/status"; }
cpu_seconds() { awk -v ticks="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / ticks }' "/proc/${pid_of[$1]}/stat"; }
disk_bytes() { du -sb "$1" 2>/dev/null | cut -f1; }
# Percent of all cores' time that was taken, by programs here or by the host (steal), in the next second.
busy_percent() {
  { head -n 1 /proc/stat && sleep 1 && head -n 1 /proc/stat; } |
    awk '{ all = 0; for (i = 2; i <= 9; ++i) all += $i; idle = $5 + $6 }
      NR == 1 { all_before = all; idle_before = idle }
      END { printf "%.0f", 100 - 100 * (idle - idle_before) / (all - all_before) }'
}
# Called while nothing of ours has work, so that the figures of a busy machine can be told from those of a quiet one.
machine() {
  echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(busy_percent) % of them taken by others before"
}

# field NAME: a number or word of the JSON text on stdin, the first of that name
field() { grep -o "\"$1\":\"\{0,1\}[^,\"}]*" | head -n 1 | sed 's/.*:"\{0,1\}//' || true; }

# make_people COUNT FILE
make_people() {
  progress "writing $1 people"
  "$programs/people_generator" --records "$1" --seed "$seed" --out "$2"
}

# start_ringdex CSV DATA [SETTINGS]: one HTTP thread; more settings begin with a comma; not yet ready
start_ringdex() {
  ringdex_port=${ringdex_port:-$(free_port)}
  server=http://127.0.0.1:$ringdex_port
  cat >"$folder/ringdex.json" <<TEXT
{"data_dir": "$2", "http": {"listen": "127.0.0.1:$ringdex_port", "threads": 1}, "log": {"level": "warn"}${3:-},
 "sources": [{"id": "people", "type": "csv", "label": "People", "path": "$1", "interval": "24h"}]}
TEXT
  start ringdex "$ringdex" serve --config "$folder/ringdex.json"
}
ready() { curl -sf --max-time 2 "$server/readyz"; }
source_state() { curl -s --max-time 10 "$server/v1/sources"; }

# wait_for_import COUNT: until the first run has ended with so many records; the time allowed grows with COUNT
wait_for_import() {
  local count=$1 until=$((SECONDS + 60 + $1 / 16000)) shown=$SECONDS state
  wait_for ringdex 30 ready || die "ringdex did not start"
  while true; do
    state=$(source_state || true)
    if [[ $state == *'"state":"idle"'*'"checkpoint_at":"'* ]]; then break; fi
    alive ringdex || die "ringdex ended: $(tail -n 3 "$folder/ringdex.log")"
    [ "$SECONDS" -lt "$until" ] || die "the import is not done in time: $state"
    if [ $((SECONDS - shown)) -ge 5 ]; then
      shown=$SECONDS
      progress "imported $(field records <<<"$state") of $count"
    fi
    sleep 0.2 # asking takes some of the machine as well
  done
  [ "$(field records <<<"$state")" = "$count" ] || die "not all of $count people were read: $state"
}

# Until the data's size stays the same for two seconds, at most a minute.
wait_for_compaction() {
  local size before='' same=0 i
  for ((i = 0; i < 120 && same < 4; ++i)); do
    size=$(disk_bytes "$1")
    if [ "$size" = "$before" ]; then same=$((same + 1)); else same=0; fi
    before=$size
    sleep 0.5
  done
}

as_client() { ${client_cores:+taskset -c "$client_cores"} "${client_prefix[@]}" "$@"; }

# load PORT COUNT ARGUMENTS...: one line of JSON
load() {
  local port=$1 count=$2
  shift 2
  as_client "$programs/load_client" --json --port "$port" --people "$count" --seed "$seed" "$@"
}
# measured PORT COUNT ARGUMENTS...: p50 p99 p99.9 (microseconds) requests/s errors; fails if nothing was measured
measured() {
  local answer name line=''
  answer=$(load "$@") || true
  [ -n "$answer" ] || return 1
  for name in p50 p99 p999 rate; do line+="$(field "$name" <<<"$answer") "; done
  echo "$line$(($(field errors <<<"$answer") + $(field wrong <<<"$answer") + $(field unanswered <<<"$answer")))"
}
