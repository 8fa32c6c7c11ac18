#!/usr/bin/env bash
# What a Flink pod does when it is told to leave, before it gets SIGTERM: it asks the JobManager for a checkpoint and goes as
# soon as that is complete. Whatever is in the way, it says so in one line and lets the pod go: it never keeps a pod longer
# than its deadline. Needs bash and coreutils only, which the official image has.
#
# Usage: checkpoint-before-leaving.sh HOST PORT JOB_ID DEADLINE_SECONDS; JOB_ID `running` asks the JobManager for it
set -u

host=$1
port=$2
job=$3
deadline=$((SECONDS + $4))

# Pods that leave within one slot ask for the same checkpoint: an id that is known already starts nothing.
readonly SLOT_SECONDS=10
# A checkpoint that began this recently, by itself or for a pod of the slot before, is as good as one of our own.
readonly FRESH_MILLISECONDS=2000
readonly POLL_SECONDS=0.2

# Into the log of the container, where `kubectl logs` shows it; the hook's own output goes nowhere.
leave() {
  local line
  line="checkpoint-before-leaving: $*"
  { echo "$line" >/proc/1/fd/1; } 2>/dev/null || echo "$line"
  exit 0
}

# request METHOD PATH [BODY]: prints the answer's body, fails unless the answer is 2xx. One second, less if the deadline is near.
request() {
  local left=$((deadline - SECONDS)) answer
  [ "$left" -gt 0 ] || leave "not complete after the deadline; going without it"
  # shellcheck disable=SC2016 # the inner bash expands it
  answer=$(timeout 1 bash -c '
    exec 3<>"/dev/tcp/$1/$2" || exit 1
    printf "%s %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" "$3" "$4" "$1" "${#5}" "$5" >&3
    cat <&3' request "$host" "$port" "$1" "$2" "${3:-}" 2>/dev/null) || return 1
  case $answer in
    "HTTP/1."?" 2"*) printf '%s' "${answer##*$'\n'}" ;;
    *) return 1 ;;
  esac
}

# field NAME: the first value of that name in the JSON on standard input, without quotes.
field() {
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# until_complete ID: waits for the checkpoint that was asked for under this id.
until_complete() {
  local answer misses=0
  while true; do
    if answer=$(request GET "/jobs/$job/checkpoints/$1"); then
      misses=0
      case $answer in
        *'"failureCause"'*) leave "the checkpoint failed; going without it" ;;
        *'"checkpointId"'*) leave "checkpoint $(field checkpointId <<<"$answer") is complete" ;;
        *'"COMPLETED"'*) leave "the checkpoint ended without a number; going without it" ;;
      esac
    else
      misses=$((misses + 1))
      [ "$misses" -lt 3 ] || leave "the JobManager no longer answers; going without a checkpoint"
    fi
    [ "$SECONDS" -lt "$deadline" ] || leave "not complete after the deadline; going without it"
    sleep "$POLL_SECONDS"
  done
}

# until_passed NUMBER: waits for a checkpoint that Flink began by itself.
until_passed() {
  local answer latest
  while [ "$SECONDS" -lt "$deadline" ]; do
    answer=$(request GET "/jobs/$job/checkpoints") || leave "the JobManager no longer answers; going without a checkpoint"
    latest=$(sed -n 's/.*"latest":{"completed":{[^}]*"id":\([0-9]*\).*/\1/p' <<<"$answer")
    [ "${latest:-0}" -lt "$1" ] || leave "checkpoint $latest, which was under way, is complete"
    [[ $answer == *"\"id\":$1,\"status\":\"IN_PROGRESS\""* ]] || return
    sleep "$POLL_SECONDS"
  done
}

if [ "$job" = running ]; then
  # Application Mode: there is one job. Older ones that have ended may be listed beside it.
  overview=$(request GET /jobs/overview) || leave "no JobManager answers; going at once"
  job=$(sed -n 's/.*"jid":"\([0-9a-f]*\)"[^{}]*"state":"RUNNING".*/\1/p' <<<"$overview")
  [ -n "$job" ] || leave "no job is RUNNING; there is nothing to save, going at once"
fi

status=$(request GET "/jobs/$job/status") || leave "no JobManager answers; going at once"
state=$(field status <<<"$status")
[ "$state" = RUNNING ] || leave "the job is ${state:-unknown}; there is nothing to save, going at once"

now=$(date +%s%3N)
slot=$((now / 1000 / SLOT_SECONDS))
id=$(printf '%032x' "$slot")

# Pods that leave together may fall on both sides of a slot's border.
if [ $((now - slot * SLOT_SECONDS * 1000)) -lt "$FRESH_MILLISECONDS" ]; then
  previous=$(printf '%032x' $((slot - 1)))
  if answer=$(request GET "/jobs/$job/checkpoints/$previous") && [[ $answer == *IN_PROGRESS* ]]; then
    until_complete "$previous"
  fi
fi

# A periodic checkpoint under way: number and time of the first one in progress that is no savepoint.
if answer=$(request GET "/jobs/$job/checkpoints"); then
  running=$(sed -n 's/.*"id":\([0-9]*\),"status":"IN_PROGRESS","is_savepoint":false,[^}]*"trigger_timestamp":\([0-9]*\).*/\1 \2/p' <<<"$answer")
  if [ -n "$running" ] && [ $((now - ${running#* })) -lt "$FRESH_MILLISECONDS" ]; then
    until_passed "${running% *}"
  fi
fi

request POST "/jobs/$job/checkpoints" "{\"checkpointType\":\"CONFIGURED\",\"triggerId\":\"$id\"}" >/dev/null ||
  leave "the JobManager took no checkpoint; going without it"
until_complete "$id"
