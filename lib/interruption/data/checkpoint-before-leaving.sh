#!/usr/bin/env bash
# What a Flink pod does when it is told to leave, before it gets SIGTERM: it asks the JobManager for a checkpoint and goes as
# soon as that is complete. Whatever is in the way, it says so in one line and lets the pod go: it never keeps a pod longer
# than its deadline. Needs bash, coreutils and sed only, which the official image has.
#
# A TaskManager that tasks run on first waits until there are other slots for them, from a spare or from its own replacement: then the
# job restarts once and keeps its parallelism. It works on meanwhile. One that no task runs on goes at once.
#
# Usage: checkpoint-before-leaving.sh HOST PORT JOB_ID DEADLINE_SECONDS REPLACEMENT_SECONDS; JOB_ID `running` asks the JobManager for it,
# with $POD_NAME, under which a TaskManager is registered; REPLACEMENT_SECONDS 0 does not wait.
set -u

host=$1
port=$2
job=$3
deadline=$((SECONDS + $4))
replacement=$((SECONDS + ${5:-0}))
pod=${POD_NAME:-}
needed=''

# Pods that leave within one slot ask for the same checkpoint: an id that is known already starts nothing.
readonly SLOT_SECONDS=10
# A checkpoint that began this recently, by itself or for a pod of the slot before, is as good as one of our own.
readonly FRESH_MILLISECONDS=2000
readonly POLL_SECONDS=0.1

# Into the log of the container, where `kubectl logs` shows it; the hook's own output goes nowhere.
leave() {
  local line
  line="checkpoint-before-leaving: $*"
  { echo "$line" >/proc/1/fd/1; } 2>/dev/null || echo "$line"
  exit 0
}

# request METHOD PATH [BODY]: prints the answer's body, fails unless the answer is 2xx. Three tries of a second, and none after the deadline.
request() {
  local answer ended try=0
  while true; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    # shellcheck disable=SC2016 # the inner bash expands it
    answer=$(timeout 1 bash -c '
      exec 3<>"/dev/tcp/$1/$2" || exit 1
      printf "%s %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" "$3" "$4" "$1" "${#5}" "$5" >&3
      cat <&3' request "$host" "$port" "$1" "$2" "${3:-}" 2>/dev/null) && break
    ended=$?
    # Silence may be that of a busy JobManager, and each request may be made twice; a refusal is an answer.
    try=$((try + 1))
    if [ "$ended" != 124 ] || [ "$try" -ge 3 ]; then return 1; fi
  done
  case $answer in
    "HTTP/1."?" 2"*) printf '%s' "${answer##*$'\n'}" ;;
    *) return 1 ;;
  esac
}

# field NAME: the first value of that name in the JSON on standard input, without quotes.
field() {
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# count_slots: sets `used` to the slots of this pod that are taken, empty if it is no TaskManager; `taken` to those of all; `others` to
# all slots but this pod's.
count_slots() {
  local answer each slots free
  answer=$(request GET /taskmanagers) || return 1
  used='' taken=0 others=0
  while IFS= read -r each; do
    [[ $each =~ \"slotsNumber\":([0-9]+) ]] || continue
    slots=${BASH_REMATCH[1]}
    [[ $each =~ \"freeSlots\":([0-9]+) ]] || continue
    free=${BASH_REMATCH[1]}
    taken=$((taken + slots - free))
    if [ "${each%%\"*}" = "$pod" ]; then
      used=$((slots - free))
    else
      others=$((others + slots))
    fi
  done <<<"${answer//'{"id":"'/$'\n'}"
}

# replaced: whether nothing is lacking when this pod goes, or waiting for it has no end. What is needed is what was taken at first: in
# Reactive Mode a slot that comes is taken at once, long before a task is sent to it.
replaced() {
  [ -n "$pod" ] && count_slots || return 0
  needed=${needed:-$taken}
  [ "$used" != 0 ] || leave "no task runs here; going at once"
  [ -z "$used" ] || [ "$others" -ge "$needed" ] || [ "$SECONDS" -ge "$replacement" ]
}

# until_complete ID: waits for the checkpoint that was asked for under this id.
until_complete() {
  local answer misses=0
  while true; do
    if answer=$(request GET "/jobs/$job/checkpoints/$1"); then
      misses=0
      case $answer in
        *'"failureCause"'*) leave "the checkpoint failed; going without it" ;;
        *'"checkpointId"'*)
          complete "checkpoint $(field checkpointId <<<"$answer") is complete"
          return
          ;;
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

# until_passed NUMBER: waits for a checkpoint that Flink began by itself. Fails when that one does.
until_passed() {
  local answer latest
  while [ "$SECONDS" -lt "$deadline" ]; do
    answer=$(request GET "/jobs/$job/checkpoints") || leave "the JobManager no longer answers; going without a checkpoint"
    latest=$(sed -n 's/.*"latest":{"completed":{[^}]*"id":\([0-9]*\).*/\1/p' <<<"$answer")
    if [ "${latest:-0}" -ge "$1" ]; then
      complete "checkpoint $latest, which was under way, is complete"
      return 0
    fi
    [[ $answer == *"\"id\":$1,\"status\":\"IN_PROGRESS\""* ]] || return 1
    sleep "$POLL_SECONDS"
  done
  leave "not complete after the deadline; going without it"
}

# complete WORDS: leaves, unless the free slots have gone meanwhile, with a spare on the same node for example: then all begins again.
complete() {
  ! replaced || leave "$*"
}

# take_checkpoint: one that is under way and new, or one of our own.
take_checkpoint() {
  local answer running previous now slot id
  now=$(date +%s%3N)
  slot=$((now / 1000 / SLOT_SECONDS))
  # A second one must not be the first again.
  id=$(printf '%016x%016x' "$round" "$slot")

  # Pods that leave together may fall on both sides of a slot's border.
  if [ "$round" = 0 ] && [ $((now - slot * SLOT_SECONDS * 1000)) -lt "$FRESH_MILLISECONDS" ]; then
    previous=$(printf '%032x' $((slot - 1)))
    if answer=$(request GET "/jobs/$job/checkpoints/$previous") && [[ $answer == *IN_PROGRESS* ]]; then
      until_complete "$previous"
      return
    fi
  fi

  # A periodic checkpoint under way: number and time of the first one in progress that is no savepoint.
  if answer=$(request GET "/jobs/$job/checkpoints"); then
    running=$(sed -n 's/.*"id":\([0-9]*\),"status":"IN_PROGRESS","is_savepoint":false,[^}]*"trigger_timestamp":\([0-9]*\).*/\1 \2/p' <<<"$answer")
    if [ -n "$running" ] && [ $((now - ${running#* })) -lt "$FRESH_MILLISECONDS" ]; then
      if until_passed "${running% *}"; then return; fi
    fi
  fi

  request POST "/jobs/$job/checkpoints" "{\"checkpointType\":\"CONFIGURED\",\"triggerId\":\"$id\"}" >/dev/null ||
    leave "the JobManager took no checkpoint; going without it"
  until_complete "$id"
}

if [ "$job" = running ]; then
  # Application Mode: there is one job. Older ones that have ended may be listed beside it.
  overview=$(request GET /jobs/overview) || leave "no JobManager answers; going at once"
  job=
  while IFS= read -r each; do
    [[ $each != *'"state":"RUNNING"'* ]] || job=${each%%\"*}
  done <<<"${overview//'{"jid":"'/$'\n'}"
  [ -n "$job" ] || leave "no job is RUNNING; there is nothing to save, going at once"
fi

status=$(request GET "/jobs/$job/status") || leave "no JobManager answers; going at once"
state=$(field status <<<"$status")
[ "$state" = RUNNING ] || leave "the job is ${state:-unknown}; there is nothing to save, going at once"

for ((round = 0; ; round++)); do
  until replaced; do sleep "$POLL_SECONDS"; done
  take_checkpoint
done
