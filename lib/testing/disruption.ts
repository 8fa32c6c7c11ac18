import type { FlinkApplicationTemplate } from './application-template';
import { at, JsonObject } from './template-text';

/** Something that takes pods away, and what an application needs to go on by itself with all of its state. */
export abstract class FlinkDisruption {
  /** EC2 takes back the Spot Instance of a TaskManager, two minutes after its notice. Source: EC2 user guide, Spot Instance interruptions. */
  public static get SPOT_INTERRUPTION(): FlinkDisruption {
    return new SpotInterruption();
  }

  /** The node of the JobManager is lost without a word. */
  public static get JOB_MANAGER_LOSS(): FlinkDisruption {
    return new JobManagerLoss();
  }

  /** What it is called in messages. */
  public abstract readonly description: string;

  /**
   * Why an application would not go on, one sentence each; empty when it would.
   *
   * @param application of a template
   */
  public abstract problemsOf(application: FlinkApplicationTemplate): string[];
}

/** Seconds between a Spot interruption notice and the end. Source: EC2 user guide, Spot Instance interruption notices. */
const NOTICE_SECONDS = 120;

class SpotInterruption extends FlinkDisruption {
  public readonly description = 'a Spot interruption';

  public problemsOf(application: FlinkApplicationTemplate): string[] {
    const grace = application.taskManager.terminationGracePeriod.toSeconds();
    const slow =
      grace > NOTICE_SECONDS
        ? [
            `TaskManagers have ${grace} s to leave: allowed are ${NOTICE_SECONDS}, because the node is gone by then; lower terminationGracePeriodSeconds`,
          ]
        : [];
    const managers = application.jobManager.canRunOnSpot ? highAvailabilityProblems(application) : [];
    return [...stateProblems(application), ...restartProblems(application), ...slow, ...budgetProblems(application), ...managers];
  }
}

class JobManagerLoss extends FlinkDisruption {
  public readonly description = 'the loss of its JobManager';

  public problemsOf(application: FlinkApplicationTemplate): string[] {
    return [...stateProblems(application), ...highAvailabilityProblems(application), ...replicaProblems(application)];
  }
}

/** Checkpoints are taken, and lie where no pod can take them along. Source: Flink, "Checkpoints". */
function stateProblems({ options }: FlinkApplicationTemplate): string[] {
  const problems: string[] = [];
  if (!isSet(options['execution.checkpointing.interval'])) {
    problems.push(
      "'execution.checkpointing.interval' is not set: allowed is a time such as 30 s, because without checkpoints all work is lost; set it",
    );
  }
  if (options['execution.checkpointing.storage'] === 'jobmanager') {
    problems.push(
      "'execution.checkpointing.storage' is jobmanager: allowed is filesystem, because checkpoints would die with a pod; use filesystem",
    );
  }
  const [key, place] = given(options, ['execution.checkpointing.dir', 'state.checkpoints.dir']);
  return [...problems, ...placeProblems(key, place)];
}

/** Source: Flink, "Kubernetes HA Services". */
function highAvailabilityProblems({ options }: FlinkApplicationTemplate): string[] {
  const [key, type] = given(options, ['high-availability.type', 'high-availability']);
  if (!isSet(type) || type.toLowerCase() === 'none') {
    return [
      `'${key}' is ${isSet(type) ? type : 'not set'}: allowed is kubernetes, because a new JobManager would not find the last checkpoint; use kubernetes`,
    ];
  }
  return placeProblems('high-availability.storageDir', options['high-availability.storageDir']);
}

/** Source: Flink, "Task Failure Recovery". */
function restartProblems({ options }: FlinkApplicationTemplate): string[] {
  const [key, strategy] = given(options, ['restart-strategy.type', 'restart-strategy']);
  if (!isSet(strategy) || !['none', 'off', 'disable'].includes(strategy.toLowerCase())) return [];
  return [
    `'${key}' is ${strategy}: allowed is a strategy that restarts, because the first lost TaskManager would end the job; use exponential-delay`,
  ];
}

/** Source: Kubernetes, "Specifying a Disruption Budget": a budget that allows no eviction holds a drain up until the node is gone. */
function budgetProblems(application: FlinkApplicationTemplate): string[] {
  const labels = at(application.taskManager.workload, 'spec', 'template', 'metadata', 'labels');
  return application
    .objectsOfKind('PodDisruptionBudget')
    .filter((budget) =>
      Object.entries((at(budget, 'spec', 'selector', 'matchLabels') ?? {}) as JsonObject).every(
        ([key, value]) => at(labels, key) === value,
      ),
    )
    .filter((budget) => blocks(budget, application.taskManager.minReplicas))
    .map(
      (budget) =>
        `PodDisruptionBudget '${String(at(budget, 'metadata', 'name'))}' lets no TaskManager go: allowed is one or more, because a drain would wait until the node is gone; raise maxUnavailable`,
    );
}

function blocks(budget: JsonObject, pods: number): boolean {
  const unavailable = at(budget, 'spec', 'maxUnavailable');
  const available = at(budget, 'spec', 'minAvailable');
  if (unavailable !== undefined) return parseFloat(String(unavailable)) === 0;
  if (available === undefined) return false;
  const share = parseFloat(String(available));
  const least = String(available).endsWith('%') ? Math.ceil((share / 100) * pods) : share;
  return least >= pods;
}

function replicaProblems({ jobManager }: FlinkApplicationTemplate): string[] {
  return jobManager.minReplicas >= 1
    ? []
    : ['the JobManager has 0 replicas: allowed is 1, because nothing would start another; set replicas'];
}

/** Places that every pod reaches. Source: Flink, "File Systems". */
const SHARED = /^(s3|s3a|s3p|s3n|hdfs|gs|abfs|abfss|wasb|wasbs|oss):\/\//;

function placeProblems(key: string, place: string | undefined): string[] {
  if (isSet(place) && (SHARED.test(place) || place.startsWith('${'))) return [];
  return [
    `'${key}' is ${isSet(place) ? `'${place}'` : 'not set'}: allowed is a place that outlives every pod; use for example s3p://bucket/prefix`,
  ];
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** The first of these keys that is set, else the first: the others are older names of it. */
function given(options: Readonly<Record<string, string>>, keys: string[]): [string, string | undefined] {
  const key = keys.find((one) => isSet(options[one])) ?? keys[0];
  return [key, options[key]];
}
