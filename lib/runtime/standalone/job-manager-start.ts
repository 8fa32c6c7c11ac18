import { readFileSync } from 'fs';
import { join } from 'path';
import { k8s } from 'cdk8s-plus-28';
import { FlinkJobSpec } from '../flink-job-spec';
import { CHECKSUM_LABEL } from './flink-labels';
import { FlinkPodStart } from './flink-pod';

const SCRIPT = 'choose-start.sh';
const PROGRAM = 'StateInStorage.java';
const DIRECTORY = '/opt/flink/start';

/** Of the pod itself: what it really runs. */
const CHECKSUM: k8s.EnvVar = { name: 'CHECKSUM', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${CHECKSUM_LABEL}']` } } };

/** File of a JobManager's pod with the id of its job. */
export const JOB_ID_FILE = `${DIRECTORY}/job-id`;

/** Puts the chosen arguments behind `standalone-job` and goes on in the image's own entry point. Source: apache/flink-docker, Dockerfile. */
const START = `mapfile -t chosen <${DIRECTORY}/arguments && exec /docker-entrypoint.sh "$1" "\${chosen[@]}" "\${@:2}"`;

/** Files that the first container of a JobManager's pod needs beside the configuration. */
export function startFiles(): Record<string, string> {
  return Object.fromEntries([SCRIPT, PROGRAM].map((file) => [file, readFileSync(join(__dirname, 'data', file), 'utf8')]));
}

/**
 * What a JobManager starts from is chosen when its pod starts, by what the cluster and the bucket hold then: a template cannot know
 * which checkpoint is the newest, nor whether a start has been made before.
 */
export function jobManagerStart({ name, namespace, jobId, deployment }: FlinkJobSpec): FlinkPodStart {
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
