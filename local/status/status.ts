import { parseArgs } from 'node:util';
import { Problem } from '../problem';
import { FlinkHalf, readFlinkHalf } from './flink-half';
import { Application, Component, readKubernetesHalf } from './kubernetes-half';
import { report, Report } from './report';

const USAGE =
  'use: npx cdk-flink-on-eks status --application NAME [--namespace NS]; without --namespace it is the name, as FlinkNamespace.own() has it';

/**
 * Looks at an application: what the Deployments want, what the pods run, what the JobManager says.
 *
 * @param args `--application NAME --namespace NS`, or `--help`
 * @throws Problem when it cannot be seen
 */
export function status(args: string[]): Report {
  const application = readArguments(args);
  if (!application) return { lines: [USAGE], well: true };
  const half = readKubernetesHalf(application);
  return report(application, half, askFlink(application.namespace, half.jobManager), Date.now());
}

function readArguments(args: string[]): Application | undefined {
  const { application, namespace, help } = parse(args);
  if (help) return undefined;
  if (!application) throw new Problem(`--application is missing; ${USAGE}`);
  return { name: application, namespace: namespace ?? application };
}

function parse(args: string[]): { application?: string; namespace?: string; help?: boolean } {
  try {
    const help = { type: 'boolean', short: 'h' } as const;
    return parseArgs({ args, options: { application: { type: 'string' }, namespace: { type: 'string' }, help } }).values;
  } catch (error) {
    throw new Problem(`${(error as Error).message}; ${USAGE}`);
  }
}

/** Asks the JobManager that the Deployment wants, or the one that is there. */
function askFlink(namespace: string, { pods, args, wanted }: Component): FlinkHalf | undefined {
  const running = pods.filter((pod) => pod.running);
  const pod = running.find(({ checksum }) => checksum === wanted.checksum) ?? running[0];
  if (!pod || !args.includes('--job-id')) return undefined;
  return readFlinkHalf(namespace, pod.name, args[args.indexOf('--job-id') + 1]);
}
