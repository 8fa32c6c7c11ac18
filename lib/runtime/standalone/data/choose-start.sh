#!/usr/bin/env bash
# Runs before every start of a JobManager pod and decides what the job starts from. It never starts blind: what it cannot see
# within its time, and what does not fit together, ends it with a message, and the pod is tried again.
#
# It reads a record of what was deployed last (ConfigMap NAME-deployed), Flink's own HA data (NAME-cluster-config-map and
# NAME-JOB-config-map) and, where HA data has no pointer to a checkpoint, the state in S3. After a changed deploy it removes the
# stored job graph, which would win over the new one, and keeps the pointers. Every step can be done twice: graph first, record
# second, so a try that is cut off leaves what the next one needs.
#
# Needs bash, coreutils, sed, wget and Flink's own jars, which the official image has.
set -uo pipefail

readonly API=${KUBERNETES_API:-https://kubernetes.default.svc}
readonly ACCOUNT=${SERVICE_ACCOUNT:-/var/run/secrets/kubernetes.io/serviceaccount}
readonly FILES=${START_DIRECTORY:-/opt/flink/start}
readonly CONFIGURATION=${FLINK_CONF_DIR:-/opt/flink/conf}
# Seconds for one request with all its repetitions, and for TaskManagers of the version before to be gone.
readonly API_SECONDS=${API_SECONDS:-60}
readonly LEAVE_SECONDS=${LEAVE_SECONDS:-180}
# What a job cannot change and keep its state, by the names of the environment variables and of the record.
readonly GUARDED='FLINK_LINE MAX_PARALLELISM STATE_BACKEND CHECKPOINTS HIGH_AVAILABILITY'

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 077

say() { echo "choose-start: $*"; }
refuse() {
  say "REFUSED: $*" >&2
  exit 1
}

# api METHOD PATH [TYPE BODY]: the answer's status in $status, its body in $answer. Asks again until the time is up; only an
# answer that says something about the object ends it.
api() {
  local type=${3:-application/json} until=$((SECONDS + API_SECONDS)) seen
  while true; do
    printf 'header = Authorization: Bearer %s\nca_certificate = %s\n' "$(cat "$ACCOUNT/token")" "$ACCOUNT/ca.crt" >"$work/wgetrc"
    printf '%s' "${4:-}" >"$work/body"
    # Under wget's own name the API server answers for a person, in lines and with blanks, and no pattern here would fit.
    seen=$(wget --config="$work/wgetrc" --user-agent=choose-start --no-hsts --no-proxy --tries=1 --timeout=5 --content-on-error --server-response \
      --output-document="$work/answer" --method="$1" --header="Content-Type: $type" ${4:+--body-file="$work/body"} "$API$2" 2>&1)
    status=$(sed -n 's/^ *HTTP\/[0-9.]* \([0-9]\{3\}\).*/\1/p' <<<"$seen" | tail -n 1)
    answer=$(cat "$work/answer" 2>/dev/null)
    case $status in 200 | 201 | 404 | 409) return ;; esac
    [ "$SECONDS" -lt "$until" ] ||
      refuse "the Kubernetes API did not answer $1 $2 within $API_SECONDS s (${status:-$(tail -n 1 <<<"$seen")}): nothing is started without it; the pod is tried again"
    sleep 1
  done
}

# read_map NAME: a ConfigMap in $answer, empty when there is none.
read_map() {
  api GET "/api/v1/namespaces/$NAMESPACE/configmaps/$1"
  [ "$status" = 200 ] || answer=
}

# field NAME: a value of the record. Text inside values has its quotes escaped, so that it cannot look like a key.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$record"; }

# read_storage: what S3 holds, one line each: `checkpoint MILLISECONDS NUMBER JOB PATH` and `ended JOB STATUS`.
read_storage() {
  local java=${JAVA_HOME:+$JAVA_HOME/bin/}java home=${FLINK_HOME:-/opt/flink}
  say "no pointer to a checkpoint of job $job in Kubernetes: looking at $CHECKPOINTS"
  # Janino, which Flink brings for its SQL, compiles the program: the image has no compiler of its own.
  storage=$(FLINK_CONF_DIR=$CONFIGURATION FLINK_PLUGINS_DIR=$home/plugins timeout "${STORAGE_SECONDS:-120}" "$java" -Xmx256m \
    -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$home/lib/*" org.codehaus.janino.SimpleCompiler "$CONFIGURATION/StateInStorage.java" \
    StateInStorage "$CHECKPOINTS" "$HIGH_AVAILABILITY" "$NAME" 2>"$work/storage") ||
    refuse "what is in $CHECKPOINTS cannot be read, so whether there are checkpoints is not known: $(grep -m 1 -E 'Exception|Error|rror' "$work/storage")"
}

# newest [JOB]: number, job and path of the newest completed checkpoint, of one job or of all.
newest() { sed -n "s/^checkpoint //p" <<<"$storage" | grep -E "^[0-9]+ [0-9]+ ${1:-[0-9a-f]+} " | sort -n -k 1,1 -k 2,2 | tail -n 1 | cut -d ' ' -f 2-; }
ended() { sed -n "s/^ended $1 //p" <<<"$storage"; }
next_id() { printf 'cdk-flink-on-eks after %s' "$1" | sha256sum | cut -c 1-32; }

# Whether a start that is asked for by a nonce still has to take effect: $fresh.
choose_kind() {
  local used
  fresh=
  [ -n "$NONCE" ] || return 0
  used=$(field "nonce\.$NONCE")
  [ -n "$used" ] || fresh=yes
  [ -z "$used" ] || [ "$used" = "$START" ] ||
    refuse "nonce '$NONCE' was used for '$used' and is now given for '$START': a nonce takes effect once. Give a new one, or remove 'deployment.start' to go on from the newest checkpoint"
}

# Compares with what was deployed last; a start of its own may change all of it.
guard() {
  local key before differs='' advice='Deploy what was there before, take a savepoint (output Savepoint of the stack), and deploy this with its FlinkStart.fromSavepoint(…).'
  [ -z "$fresh" ] || return 0
  for key in $GUARDED; do
    before=$(field "$key")
    if [ -z "$before" ] || [ "$before" = "${!key}" ]; then continue; fi
    differs+=" $key was '$before' and is '${!key}';"
    [ "$key" != MAX_PARALLELISM ] || advice="Flink takes no state of another maximum parallelism, a savepoint neither: give back $before."
  done
  case "$FLINK_LINE $cluster" in
    1.*'"executionPlan-'*'":"'*) differs+=' the stored job graph is of Flink 2;' ;;
    2.*'"jobGraph-'*'":"'*) differs+=' the stored job graph is of Flink 1;' ;;
  esac
  [ -z "$differs" ] ||
    refuse "this job cannot go on from its checkpoints:$differs they are kept as they are. $advice FlinkStart.empty({ nonce: '…' }) starts without state"
}

# A name that changed in a namespace of its own: the state lies under the old name.
guard_name() {
  local others
  [ -z "$record$fresh" ] && [ "$OWN_NAMESPACE" = true ] || return 0
  api GET "/api/v1/namespaces/$NAMESPACE/configmaps?labelSelector=cdk-flink-on-eks%2Frecord%3Ddeployed"
  others=$(grep -oE '"name":"[a-z0-9-]+-deployed"' <<<"$answer" | sed 's/"name":"\(.*\)-deployed"/\1/' | sort -u | paste -s -d ' ')
  [ -z "$others" ] ||
    refuse "the application of namespace $NAMESPACE was called '$others' and is now '$NAME': its state lies under the old name. Give it the old name, or use FlinkStart.fromSavepoint(…) or FlinkStart.empty({ nonce: '…' })"
}

# Sets $job, and $origin: what the job is restored from as long as it has no checkpoint of its own.
choose_start() {
  job=$(field jobId) origin=$(field origin) allow=$(field allowNonRestoredState)
  [ -n "$job" ] || job=$JOB_ID
  [ -z "$fresh" ] || job=$START_JOB_ID
  read_map "$NAME-$job-config-map"
  case $answer in *'"checkpointID-'*'":"'*) fresh= && return ;; esac
  # Without a record, S3 may show that the job of this nonce has been there.
  if [ -z "$fresh" ] || [ -z "$record" ]; then read_storage; fi
  if [ -n "$fresh" ] && { [ -n "$record" ] || [ -z "$(newest "$job")$(ended "$job")" ]; }; then
    origin=$START allow=$ALLOW_NON_RESTORED_STATE
    return
  fi
  fresh=
  from_storage
  after_end
}

# No pointer in Kubernetes: the newest completed checkpoint, if there is one, is what a pointer would have named.
from_storage() {
  local found
  found=$(newest ${record:+"$job"})
  [ -n "$found" ] || return 0
  # Under the job that wrote it, whose numbers go on: those of another job may be taken.
  job=$(cut -d ' ' -f 2 <<<"$found") origin="checkpoint $(cut -d ' ' -f 3 <<<"$found")" allow=false
  say "the newest completed checkpoint is ${origin#* }"
}

# Flink starts no job again that has come to its end, so what failed goes on under another id.
after_end() {
  local how
  while how=$(ended "$job") && [ -n "$how" ]; do
    [ "$how" != SUCCEEDED ] ||
      refuse "job $job was stopped or has finished: there is nothing to go on from. If it was stopped with a savepoint, use FlinkStart.fromSavepoint('…', { nonce: '…' }); FlinkStart.empty({ nonce: '…' }) starts without state"
    say "job $job has ended as $how; going on as $(next_id "$job")"
    job=$(next_id "$job")
  done
}

# An old TaskManager must not serve the new JobManager.
await_old_task_managers() {
  local query="app.kubernetes.io/instance=$NAME,app.kubernetes.io/component=taskmanager,cdk-flink-on-eks/checksum!=$CHECKSUM"
  local until=$((SECONDS + LEAVE_SECONDS)) fields='status.phase!=Succeeded,status.phase!=Failed'
  query=$(sed 's/\//%2F/g; s/=/%3D/g; s/!/%21/g; s/,/%2C/g' <<<"$query") fields=$(sed 's/=/%3D/g; s/!/%21/g; s/,/%2C/g' <<<"$fields")
  while api GET "/api/v1/namespaces/$NAMESPACE/pods?limit=1&labelSelector=$query&fieldSelector=$fields" &&
    [[ $answer == *'"items":[{'* ]]; do
    [ "$SECONDS" -lt "$until" ] ||
      refuse "TaskManagers of the version before are still there after $LEAVE_SECONDS s: they would run old code for the new job; look at: kubectl get pods --namespace $NAMESPACE --selector app.kubernetes.io/instance=$NAME"
    sleep 1
  done
}

# Only what was there at the beginning: a JobManager that started beside this one may have stored its own graph since.
remove_graphs() {
  local keys version changes
  keys=$(grep -oE '"(jobGraph|executionPlan)-[0-9a-f]{32}":"' <<<"$cluster" | sed 's/^"\(.*\)":"$/\1/' | sort -u | paste -s -d ',')
  [ -n "$keys" ] || return 0
  version=$(resource_version <<<"$cluster")
  changes="\"${keys//,/\":null,\"}\":null"
  say "removing the stored job graph $keys: the new one counts"
  api PATCH "/api/v1/namespaces/$NAMESPACE/configmaps/$NAME-cluster-config-map" application/merge-patch+json \
    "{${version:+\"metadata\":{\"resourceVersion\":\"$version\"\},}\"data\":{$changes}}"
  [ "$status" = 200 ] || interrupted "$NAME-cluster-config-map"
}

interrupted() { refuse "the ConfigMap $1 was changed by somebody else in between; the pod is tried again"; }
resource_version() { sed -n 's/.*"resourceVersion":"\([^"]*\)".*/\1/p'; }

# Fails when somebody else has written the record in between.
write_record() {
  local key data version
  data="\"jobId\":\"$job\",\"checksum\":\"$CHECKSUM\",\"origin\":\"$origin\",\"allowNonRestoredState\":\"$allow\""
  for key in $GUARDED; do data+=",\"$key\":\"${!key}\""; done
  [ -z "$NONCE" ] || data+=",\"nonce.$NONCE\":\"$START\""
  if [ -n "$record" ]; then
    version=$(resource_version <<<"$record")
    api PATCH "/api/v1/namespaces/$NAMESPACE/configmaps/$NAME-deployed" application/merge-patch+json \
      "{\"metadata\":{\"resourceVersion\":\"$version\"},\"data\":{$data}}"
  else
    api POST "/api/v1/namespaces/$NAMESPACE/configmaps" application/json \
      "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"$NAME-deployed\",\"labels\":{\"app.kubernetes.io/name\":\"flink\",\"app.kubernetes.io/instance\":\"$NAME\",\"cdk-flink-on-eks/record\":\"deployed\"}},\"data\":{$data}}"
  fi
  case $status in 200 | 201) ;; *) interrupted "$NAME-deployed" ;; esac
}

# For the JobManager's container: its arguments, and the job's id for the probe.
write_start() {
  local lines=(--job-id "$job")
  case $origin in savepoint\ * | checkpoint\ *) lines+=(--fromSavepoint "${origin#* }") ;; esac
  [ "$allow" != true ] || lines+=(--allowNonRestoredState)
  { printf '%s\n' "${lines[@]}" >"$FILES/arguments" && printf '%s\n' "$job" >"$FILES/job-id"; } || refuse "$FILES cannot be written"
  say "starting job $job${origin:+, which begins with $origin}"
}

for variable in NAME NAMESPACE OWN_NAMESPACE JOB_ID START_JOB_ID CHECKSUM NONCE START ALLOW_NON_RESTORED_STATE $GUARDED; do
  case ${!variable} in *[\"\\]*) refuse "$variable is '${!variable}': quotes and backslashes are not allowed" ;; esac
done
# In this order: whoever changes both changes the record last.
read_map "$NAME-cluster-config-map" && cluster=$answer
read_map "$NAME-deployed" && record=$answer
choose_kind
guard
guard_name
choose_start
if [ "$(field checksum)" != "$CHECKSUM" ] || [ "$(field jobId)" != "$job" ] || [ -n "$fresh" ]; then
  await_old_task_managers
  remove_graphs
  write_record
elif [ "$(field origin)" != "$origin" ]; then
  write_record
fi
write_start
