#!/usr/bin/env bash
# Takes a savepoint of the job of this JobManager to the application's own prefix, and prints the line that starts from it. With
# `stop` the job ends with it, so that nothing is done twice when a changed job starts from it.
#
# Usage, in the JobManager's container: take-savepoint.sh [stop]. Needs bash, coreutils and sed.
set -u

readonly PORT=${REST_PORT:-8081}
readonly MINUTES=30

fail() {
  echo "take-savepoint: $*" >&2
  exit 1
}

# request METHOD PATH [BODY]: the answer's body in $answer, with 2xx; else it ends.
request() {
  local whole body=${3:-}
  exec 3<>"/dev/tcp/127.0.0.1/$PORT" || fail "the JobManager does not answer on port $PORT; see its log"
  printf '%s %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" "${#body}" "$body" >&3
  whole=$(cat <&3)
  exec 3>&-
  answer=${whole##*$'\n'}
  case $whole in "HTTP/1."?" 2"*) ;; *) fail "$1 $2 answers: ${answer:0:500}" ;; esac
}

case ${1:-} in
  '') what=(savepoints '{"cancel-job":false,"formatType":"CANONICAL"}') ;;
  stop) what=(stop '{"drain":false,"formatType":"CANONICAL"}') ;;
  *) fail "'$1' is not known: allowed is nothing or 'stop'" ;;
esac

# Application Mode: there is one job. Older ones that have ended may be listed beside it.
request GET /jobs/overview
job=
while IFS= read -r each; do
  [[ $each != *'"state":"RUNNING"'* ]] || job=${each%%\"*}
done <<<"${answer//'{"jid":"'/$'\n'}"
[ -n "$job" ] || fail "no job is RUNNING; look at the Flink UI or the log"

request POST "/jobs/$job/${what[0]}" "${what[1]}"
trigger=$(sed -n 's/.*"request-id":"\([0-9a-f]*\)".*/\1/p' <<<"$answer")
[ -n "$trigger" ] || fail "no request id in: $answer"

while request GET "/jobs/$job/savepoints/$trigger" && [[ $answer != *'"COMPLETED"'* ]]; do
  [ "$SECONDS" -lt $((MINUTES * 60)) ] || fail "not complete after $MINUTES minutes; it may still become so: look at the checkpoints in the Flink UI"
  sleep 1
done
location=$(sed -n 's/.*"location":"\([^"]*\)".*/\1/p' <<<"$answer")
[ -n "$location" ] || fail "the savepoint failed: ${answer:0:500}"
echo "Savepoint: $location"
echo 'Into the props of the application, for one deploy or for good:'
echo "deployment: { start: FlinkStart.fromSavepoint('$location', { nonce: '$(date -u +%Y-%m-%dT%H-%M-%S)' }) },"
