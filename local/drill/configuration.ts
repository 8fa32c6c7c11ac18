import { ApplicationTemplate, PodEnding } from '../application-template';

/** One way to run the drill's job: a template, with what is different. */
export interface DrillConfiguration {
  readonly name: string;
  readonly title: string;
  /** Which application of bin/spot-drill.ts it starts from. */
  readonly application: 'drill-reactive' | 'drill-fixed';
  /** Scenarios that it takes part in, and how many runs are enough there; all, and those of the scenario, when left out. */
  readonly only?: { readonly scenarios: string[]; readonly runs: number };
  /** What is run, made from the template. */
  readonly apply: (template: ApplicationTemplate) => ApplicationTemplate;
}

/** Options that the library sets by itself and that none of the others has. Source: lib/configuration/default-properties.ts and its neighbours. */
const OURS = [
  /^heartbeat\./,
  /^restart-strategy\./,
  /^jobmanager\.adaptive-scheduler\./,
  /^state\.backend\.(?!rocksdb\.localdir)/,
  /^taskmanager\.(network\.memory\.buffer-debloat|memory\.task\.off-heap)\./,
  /^taskmanager\.jvm-exit-on-oom$/,
  /^jobmanager\.retrieve-taskmanager-hostname$/,
  /^rest\.cache\./,
  /^execution\.checkpointing\.(incremental|min-pause|timeout|num-retained|tolerable-failed-checkpoints)$/,
];

/** Kubernetes' own: SIGTERM at once, SIGKILL after 30 seconds. */
const AT_ONCE: PodEnding = { graceSeconds: 30 };

/** The configurations of the drill. */
export const CONFIGURATIONS: DrillConfiguration[] = [
  {
    name: 'tutorial',
    title: "the AWS tutorial's options",
    application: 'drill-reactive',
    // Source: aws-samples/cost-optimized-flink-on-kubernetes, flink-configuration-configmap.yaml and the job, in today's names.
    apply: (template) =>
      others(template, {
        'restart-strategy.type': 'fixed-delay',
        'restart-strategy.fixed-delay.attempts': '100000',
        'state.backend.type': 'hashmap',
      }),
  },
  { name: 'defaults', title: "Flink's defaults", application: 'drill-reactive', apply: (template) => others(template, {}) },
  { name: 'reactive', title: 'this library, reactive', application: 'drill-reactive', apply: (template) => template },
  { name: 'fixed', title: 'this library, fixed with a spare', application: 'drill-fixed', apply: (template) => template },
  {
    name: 'reactive-no-hook',
    title: 'this library, reactive, hook off',
    application: 'drill-reactive',
    only: { scenarios: ['notice'], runs: 3 },
    apply: (template) => ({ ...template, jobManagerEnding: AT_ONCE, taskManagerEnding: AT_ONCE }),
  },
  {
    name: 'fixed-no-hook',
    title: 'this library, fixed, hook off',
    application: 'drill-fixed',
    only: { scenarios: ['notice'], runs: 3 },
    apply: (template) => ({ ...template, jobManagerEnding: AT_ONCE, taskManagerEnding: AT_ONCE }),
  },
];

function others(template: ApplicationTemplate, options: Record<string, string>): ApplicationTemplate {
  const kept = Object.entries(template.options).filter(([key]) => !OURS.some((own) => own.test(key)));
  return { ...template, options: { ...Object.fromEntries(kept), ...options }, jobManagerEnding: AT_ONCE, taskManagerEnding: AT_ONCE };
}
