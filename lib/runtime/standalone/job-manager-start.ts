import { readFileSync } from 'fs';
import { join } from 'path';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { HighAvailability } from '../../configuration';
import { FlinkJobSpec } from '../flink-job-spec';
import { CHECKSUM_LABEL } from './flink-labels';
import { FlinkPodStart } from './flink-pod';

const SCRIPT = 'choose-start.sh';
const PROGRAM = 'StateInStorage.java';
const SAVEPOINT = 'take-savepoint.sh';
const DIRECTORY = '/opt/flink/start';

/** Of the pod itself: what it really runs. */
const CHECKSUM: k8s.EnvVar = { name: 'CHECKSUM', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${CHECKSUM_LABEL}']` } } };

/** How a JobManager gets to know its job's id. */
export interface JobManagerStart {
  /** What runs before it. */
  readonly pod?: FlinkPodStart;
  /** Its arguments that the template knows. */
  readonly args: string[];
  /** The id, for bash. */
  readonly jobId: string;
}

/** Command that takes a savepoint and prints the line that starts from it. */
export function savepointCommand(name: string, namespace: string): string {
  return `kubectl exec --namespace ${namespace} deployment/${name}-jobmanager --container jobmanager -- bash /opt/flink/conf/${SAVEPOINT}`;
}

/** Puts the chosen arguments behind `standalone-job` and goes on in the image's own entry point. Source: apache/flink-docker, Dockerfile. */
const START = `mapfile -t chosen <${DIRECTORY}/arguments && exec /docker-entrypoint.sh "$1" "\${chosen[@]}" "\${@:2}"`;

/** Files beside the configuration: what the first container of a JobManager's pod needs, and what takes a savepoint. */
export function startFiles({ usesConfigMaps }: HighAvailability): Record<string, string> {
  const files = [...(usesConfigMaps ? [SCRIPT, PROGRAM] : []), SAVEPOINT];
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(__dirname, 'data', file), 'utf8')]));
}

/**
 * What a JobManager starts from is chosen when its pod starts, by what the cluster and the bucket hold then: a template cannot know
 * which checkpoint is the newest, nor whether a start has been made before. Without high availability every start is the first.
 */
export function jobManagerStart(job: FlinkJobSpec, { usesConfigMaps }: HighAvailability): JobManagerStart {
  if (!usesConfigMaps) return { args: ['--job-id', job.jobId], jobId: job.jobId };
  return { pod: chosenStart(job), args: [], jobId: `$(<${DIRECTORY}/job-id)` };
}

function chosenStart({ name, namespace, jobId, deployment }: FlinkJobSpec): FlinkPodStart {
  const { start, startJobId, ownNamespace, guarded } = deployment;
  const environment: Record<string, string> = {
    NAME: name,
    NAMESPACE: namespace,
    OWN_NAMESPACE: String(ownNamespace),
    JOB_ID: jobId,
    NONCE: start.nonce,
    START: start.origin,
    START_JOB_ID: startJobId,
    ALLOW_NON_RESTORED_STATE: String(start.allowNonRestoredState),
    ...guarded,
  };
  return {
    directory: DIRECTORY,
    command: ['bash', '-c', START, 'start'],
    container: {
      name: 'choose-start',
      command: ['bash', `/opt/flink/conf/${SCRIPT}`],
      env: [...Object.entries(environment).map(([key, value]) => ({ name: key, value })), CHECKSUM],
    },
  };
}
