import { parse } from 'yaml';
import { IntrinsicFunctions, Stack, streamName } from './intrinsic-functions';
import { Problem } from './problem';

/** A Kinesis stream that an application reads. */
export interface StreamTemplate {
  readonly name: string;
  readonly arn: string;
  readonly shards: number;
}

/** How a pod ends when it is evicted. */
export interface PodEnding {
  /** Runs before SIGTERM. */
  readonly preStop?: string[];
  /** Time from the eviction to SIGKILL, in seconds. */
  readonly graceSeconds: number;
}

/** All that a template says of one Flink application, with every intrinsic function resolved. */
export interface ApplicationTemplate {
  readonly name: string;
  /** Flink's release, for example `2.2.1`. */
  readonly version: string;
  /** The options of `config.yaml`. */
  readonly options: Record<string, string>;
  /** `log4j-console.properties`; undefined when the image's own is used. */
  readonly logging?: string;
  /** Arguments of the container: entry point, its options, then those of the job. */
  readonly jobManagerArguments: string[];
  readonly taskManagerArguments: string[];
  readonly jobManagerEnding: PodEnding;
  readonly taskManagerEnding: PodEnding;
  /** Number of TaskManagers; undefined where an autoscaler decides it. */
  readonly replicas?: number;
  /** What else is in the folder of `config.yaml`, by name of the file. */
  readonly files: Record<string, string>;
  /** Buckets that options and arguments name. */
  readonly buckets: string[];
  /** Streams that arguments name. */
  readonly streams: StreamTemplate[];
}

/** A Kubernetes object, as far as the local run reads it. */
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly data?: Record<string, string>;
  readonly spec?: { readonly replicas?: number; readonly template?: { readonly spec?: PodSpec } };
}

interface PodSpec {
  readonly terminationGracePeriodSeconds?: number;
  readonly containers?: Container[];
}

interface Container {
  readonly name: string;
  readonly args?: string[];
  readonly lifecycle?: { readonly preStop?: { readonly exec?: { readonly command?: string[] } } };
}

const MANIFEST = 'Custom::AWSCDK-EKS-KubernetesResource';
const INSTANCE = 'app.kubernetes.io/instance';
const COMPONENT = 'app.kubernetes.io/component';
const VERSION = 'app.kubernetes.io/version';

/** The Flink applications of a set of stacks. */
export function readApplications(stacks: Stack[], functions: IntrinsicFunctions): ApplicationTemplate[] {
  const objects = stacks.flatMap((stack) => kubernetesObjects(stack, functions));
  const shards = shardCounts(stacks);
  return objects.filter((each) => isDeployment(each, 'jobmanager')).map((jobManager) => readApplication(jobManager, objects, shards));
}

function readApplication(jobManager: KubernetesObject, objects: KubernetesObject[], shards: Map<string, number>): ApplicationTemplate {
  const name = jobManager.metadata.labels?.[INSTANCE] ?? '';
  const own = objects.filter((each) => each.metadata.labels?.[INSTANCE] === name);
  const data = own.find((each) => each.kind === 'ConfigMap' && each.data?.['config.yaml'] !== undefined)?.data;
  const taskManager = own.find((each) => isDeployment(each, 'taskmanager'));
  const version = jobManager.metadata.labels?.[VERSION];
  if (!data) throw missing(name, "a ConfigMap with the key 'config.yaml'");
  if (!taskManager) throw missing(name, "a Deployment with the label 'component: taskmanager'");
  if (!version) throw missing(name, `the label '${VERSION}' on the JobManager's Deployment`);
  const jobManagerArguments = containerArguments(jobManager, 'jobmanager');
  const { 'config.yaml': configYaml, 'log4j-console.properties': logging, ...files } = data;
  const options = flatten(parse(configYaml, { schema: 'failsafe' }));
  const values = [...Object.values(options), ...jobManagerArguments];
  return {
    name,
    version,
    options,
    logging,
    jobManagerArguments,
    taskManagerArguments: containerArguments(taskManager, 'taskmanager'),
    jobManagerEnding: ending(jobManager, 'jobmanager'),
    taskManagerEnding: ending(taskManager, 'taskmanager'),
    replicas: taskManager.spec?.replicas,
    files,
    buckets: [...new Set(values.flatMap((value) => /^s3[ap]?:\/\/([^/]+)/.exec(value)?.[1] ?? []))],
    streams: values.flatMap((value) => readStream(value, shards)),
  };
}

function kubernetesObjects(stack: Stack, functions: IntrinsicFunctions): KubernetesObject[] {
  return Object.entries(stack.template.Resources ?? {})
    .filter(([, { Type }]) => Type === MANIFEST)
    .flatMap(([id, { Properties }]) => {
      const text = functions.resolveText(Properties?.Manifest, stack);
      try {
        return JSON.parse(text) as KubernetesObject[];
      } catch (error) {
        throw new Problem(
          `stack ${stack.name}: the manifest of ${id} is no JSON once its intrinsic functions are resolved (${(error as Error).message})`,
        );
      }
    });
}

function isDeployment({ kind, metadata: { labels = {} } }: KubernetesObject, component: string): boolean {
  return kind === 'Deployment' && labels['app.kubernetes.io/name'] === 'flink' && labels[COMPONENT] === component;
}

function containerArguments(deployment: KubernetesObject, container: string): string[] {
  const found = deployment.spec?.template?.spec?.containers?.find((each) => each.name === container);
  if (!found?.args) throw missing(deployment.metadata.name, `a container '${container}' with args`);
  return found.args;
}

/** Source of the default: Kubernetes, `terminationGracePeriodSeconds`. */
function ending(deployment: KubernetesObject, container: string): PodEnding {
  const pod = deployment.spec?.template?.spec;
  const preStop = pod?.containers?.find((each) => each.name === container)?.lifecycle?.preStop?.exec?.command;
  return { preStop, graceSeconds: pod?.terminationGracePeriodSeconds ?? 30 };
}

/** `a.b: c` and nested maps both become `a.b: c`, as Flink reads them. */
function flatten(value: unknown, prefix = ''): Record<string, string> {
  if (typeof value !== 'object' || value === null) return { [prefix]: String(value ?? '') };
  if (Array.isArray(value)) return { [prefix]: value.map(String).join(';') };
  return Object.assign({}, ...Object.entries(value).map(([key, each]) => flatten(each, prefix ? `${prefix}.${key}` : key))) as Record<
    string,
    string
  >;
}

function shardCounts(stacks: Stack[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const stack of stacks) {
    for (const [id, { Type, Properties }] of Object.entries(stack.template.Resources ?? {})) {
      if (Type === 'AWS::Kinesis::Stream' && typeof Properties?.ShardCount === 'number')
        counts.set(streamName(stack, id), Properties.ShardCount);
    }
  }
  return counts;
}

/** A stream of no stack here, or on demand, gets two shards. */
function readStream(argument: string, shards: Map<string, number>): StreamTemplate[] {
  const name = /^arn:aws[\w-]*:kinesis:[^:]*:[^:]*:stream\/(.+)$/.exec(argument)?.[1];
  return name === undefined ? [] : [{ name, arn: argument, shards: shards.get(name) ?? 2 }];
}

function missing(where: string, what: string): Problem {
  return new Problem(
    `Flink application '${where}': the template lacks ${what}. Was the app synthesized with another version of cdk-flink-on-eks? Synthesize it again`,
  );
}
