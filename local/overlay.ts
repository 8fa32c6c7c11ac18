import { ApplicationTemplate, PodEnding } from './application-template';

/** What the run has instead of AWS and Kubernetes. All addresses are of this machine. */
export interface Machine {
  /** Folder that stands for the image's `/opt/flink`. */
  readonly home: string;
  /** Folder with a short path. */
  readonly short: string;
  readonly uiPort: number;
  readonly jobManagerPort: number;
  /** `host:port` */
  readonly zooKeeper: string;
  /** `http://host:port` */
  readonly s3: string;
  readonly kinesis: string;
  /** Memory for all processes together, in MiB. */
  readonly memoryMib: number;
  readonly taskManagers: number;
  /** Arguments of the sample's own generator, in place of the stream. */
  readonly generator?: string[];
  /** Options that only a test sets. */
  readonly testOptions?: Record<string, string>;
}

/** One thing that is not as the template says. */
export interface Difference {
  readonly key: string;
  /** Undefined: the template does not have it. */
  readonly from?: string;
  /** Undefined: the local run does not have it. */
  readonly to?: string;
  readonly reason: string;
}

/** What is run: the template's application, with the differences applied. */
export interface LocalApplication {
  readonly options: Record<string, string>;
  readonly jobManagerArguments: string[];
  readonly taskManagerArguments: string[];
  readonly jobManagerEnding: PodEnding;
  readonly taskManagerEnding: PodEnding;
  readonly differences: Difference[];
}

/** A rule about options. `to` gives the local value of an option, or undefined to leave it out. */
interface Rule {
  readonly key: RegExp;
  readonly to: (machine: Machine, from: string, key: string) => string | undefined;
  /** Keys that are set even if the template does not have them. */
  readonly always?: string[];
  /** Whether the rule holds for this application on this machine. */
  readonly when?: (machine: Machine, options: Record<string, string>) => boolean;
  readonly reason: string;
}

const HOST = '127.0.0.1';
const CREDENTIAL = 'local';

/** Every difference that is allowed between the template and the local run; the first rule that fits a key decides. */
const RULES: Rule[] = [
  {
    key: /^((jobmanager|taskmanager)\.bind-host|jobmanager\.rpc\.address|rest\.(bind-)?address)$/,
    always: ['jobmanager.bind-host', 'taskmanager.bind-host', 'rest.address', 'rest.bind-address'],
    to: () => HOST,
    reason: 'address: reachable from this machine only',
  },
  { key: /^state\.backend\.rocksdb\.localdir$/, to: ({ short }) => short, reason: 'path: short, RocksDB names its log after all of it' },
  { key: /^web\.tmpdir$/, always: ['web.tmpdir'], to: ({ short }) => short, reason: 'path: of this run, and gone with it' },
  { key: /^rest\.(bind-)?port$/, always: ['rest.port'], to: ({ uiPort }) => String(uiPort), reason: 'port of the Flink UI' },
  { key: /^jobmanager\.rpc\.port$/, to: ({ jobManagerPort }) => String(jobManagerPort), reason: 'port: a free one of this machine' },
  {
    key: /^(high-availability\.jobmanager|blob\.server|taskmanager\.(rpc|data)|metrics\.internal\.query-service)\.port$/,
    to: () => '0',
    reason: 'port: any free one, because the processes share one address',
  },
  {
    key: /^metrics\.reporter\.[^.]+\.port$/,
    to: (_, from) => portRange(from),
    reason: 'port: a range, because the processes share one address',
  },
  {
    key: /^high-availability\.type$/,
    to: () => 'zookeeper',
    when: usesKubernetes,
    reason: 'HA service: ZooKeeper of flink-dist instead of Kubernetes',
  },
  {
    key: /^high-availability\.zookeeper\.quorum$/,
    always: ['high-availability.zookeeper.quorum'],
    to: ({ zooKeeper }) => zooKeeper,
    when: usesKubernetes,
    reason: 'HA service: its address',
  },
  {
    key: /^zookeeper\.sasl\.disable$/,
    always: ['zookeeper.sasl.disable'],
    to: () => 'true',
    when: usesKubernetes,
    reason: 'HA service: the server knows no users, and asking it for some logs errors that are none',
  },
  { key: /^(kubernetes|high-availability\.kubernetes)\./, to: () => undefined, reason: 'HA service: there is no Kubernetes here' },
  { key: /^s3\.endpoint$/, always: ['s3.endpoint'], to: ({ s3 }) => s3, reason: 'endpoint: the S3 emulator' },
  {
    key: /^s3\.path\.style\.access$/,
    always: ['s3.path.style.access'],
    to: () => 'true',
    reason: 'endpoint: the emulator has no host name per bucket',
  },
  {
    key: /^s3\.(access|secret)-key$/,
    always: ['s3.access-key', 's3.secret-key'],
    to: () => CREDENTIAL,
    reason: 'credentials: the emulator takes any',
  },
  {
    key: /^((fs\.)?s3[ap]?|presto\.s3|s3)\..*(credentials[.-]provider|use-instance-credentials|iam-role)$/,
    to: () => undefined,
    reason: 'credentials: those of the pod exist on EKS only',
  },
  {
    key: /^(jobmanager|taskmanager)\.memory\./,
    always: ['jobmanager.memory.process.size', 'taskmanager.memory.process.size', 'taskmanager.memory.managed.fraction'],
    to: (_, __, key) => SMALL[key],
    when: isTooLarge,
    reason: 'memory: this machine is too small for what the template asks',
  },
];

/** Smallest sizes that run the sample: with the usual fractions, too little heap would be left. */
const SMALL: Record<string, string> = {
  'jobmanager.memory.process.size': '1024m',
  'taskmanager.memory.process.size': '1024m',
  'taskmanager.memory.managed.fraction': '0.1',
};

/** The application as it runs on one machine. The only place where it may differ from what the template says. */
export function overlay(application: ApplicationTemplate, machine: Machine): LocalApplication {
  const changed = overlaidOptions(application.options, machine);
  const jobManager = overlaidArguments(application.jobManagerArguments, `${application.name}-jobmanager`, machine);
  const taskManager = overlaidArguments(application.taskManagerArguments, '$(POD_NAME)', machine);
  return {
    options: { ...changed.options, ...machine.testOptions },
    jobManagerArguments: jobManager.arguments,
    taskManagerArguments: taskManager.arguments,
    jobManagerEnding: overlaidEnding(application, application.jobManagerEnding, machine),
    taskManagerEnding: overlaidEnding(application, application.taskManagerEnding, machine),
    differences: [
      ...changed.differences,
      ...jobManager.differences,
      ...taskManager.differences,
      ENVIRONMENT,
      ...testDifferences(changed.options, machine),
    ],
  };
}

const ENVIRONMENT: Difference = {
  key: '$AWS_*',
  to: 'made-up credentials',
  reason: 'credentials: nothing that runs here can reach your AWS account (local/environment.ts)',
};

function overlaidOptions(template: Record<string, string>, machine: Machine): Pick<LocalApplication, 'options' | 'differences'> {
  const rules = RULES.filter(({ when }) => !when || when(machine, template));
  const keys = new Set([...Object.keys(template), ...rules.flatMap(({ always }) => always ?? [])]);
  const options: Record<string, string> = {};
  const differences: Difference[] = [];
  for (const key of [...keys].sort()) {
    const from: string | undefined = template[key];
    const rule = rules.find((each) => each.key.test(key));
    const to = rule ? rule.to(machine, from, key) : from.replaceAll(IMAGE_HOME, machine.home);
    if (to !== undefined) options[key] = to;
    if (to !== from) differences.push({ key, from, to, reason: rule?.reason ?? `path: ${IMAGE_HOME} of the image` });
  }
  return { options, differences };
}

/** Of a pod, or of the service without high availability. */
const ADDRESS = /\$\(POD_IP\)|(?<=^-Djobmanager\.rpc\.address=).*/;
const IMAGE_HOME = '/opt/flink';

/** Kubernetes fills in the downward API; here the address is this machine's. */
function overlaidArguments(template: string[], podName: string, machine: Machine): { arguments: string[]; differences: Difference[] } {
  const filled = template.map((each) =>
    each.replace(ADDRESS, HOST).replaceAll('$(POD_NAME)', podName).replaceAll(IMAGE_HOME, machine.home),
  );
  const [replaced, differences] = machine.generator ? withGenerator(filled, machine.generator) : withEndpoints(filled, machine.kinesis);
  return { arguments: replaced, differences: [...changedArguments(template, filled), ...differences] };
}

/** The hook speaks to the REST API, which is elsewhere here. */
function overlaidEnding({ name, options }: ApplicationTemplate, ending: PodEnding, machine: Machine): PodEnding {
  const local = { [`${name}-rest`]: HOST, [options['rest.port'] ?? '8081']: String(machine.uiPort) };
  return { ...ending, preStop: ending.preStop?.map((each) => local[each] ?? each.replaceAll(IMAGE_HOME, machine.home)) };
}

function changedArguments(template: string[], filled: string[]): Difference[] {
  return template.flatMap((from, index) =>
    from === filled[index]
      ? []
      : [{ key: `argument ${from.replace(/=.*/, '')}`, from, to: filled[index], reason: 'address or path: what Kubernetes would fill in' }],
  );
}

/** A source that is told its stream by `--<prefix>-arn` is told its endpoint by `--<prefix>-endpoint`. */
function withEndpoints(given: string[], kinesis: string): [string[], Difference[]] {
  const differences = given.flatMap((name, index) => {
    if (!/^--.+-arn$/.test(name) || !/^arn:[^:]+:kinesis:/.test(given[index + 1] ?? '')) return [];
    return [{ key: name.replace(/-arn$/, '-endpoint'), to: kinesis, reason: 'endpoint: the Kinesis emulator' }];
  });
  return [[...given, ...differences.flatMap(({ key, to }) => [key, to])], differences];
}

function withGenerator(given: string[], generator: string[]): [string[], Difference[]] {
  const start = given.findIndex((each) => /^--stream-/.test(each));
  if (start < 0) return [given, []];
  const kept = given.filter((each, index) => !/^--stream-/.test(each) && !/^--stream-/.test(given[index - 1] ?? ''));
  const from = given.filter((each) => !kept.includes(each)).join(' ');
  return [
    [...kept, ...generator],
    [{ key: '--stream-…', from, to: generator.join(' '), reason: "endpoint: the job's own generator instead of a stream" }],
  ];
}

function testDifferences(options: Record<string, string>, machine: Machine): Difference[] {
  return Object.entries(machine.testOptions ?? {}).map(([key, to]) => ({ key, from: options[key], to, reason: 'test only' }));
}

function usesKubernetes(_: Machine, options: Record<string, string>): boolean {
  return options['high-availability.type'] === 'kubernetes';
}

/** Flink, the emulators and whatever else runs here share the memory: half of it is Flink's at most. */
function isTooLarge({ memoryMib, taskManagers }: Machine, options: Record<string, string>): boolean {
  const asked = mebibytes(options['jobmanager.memory.process.size']) + taskManagers * mebibytes(options['taskmanager.memory.process.size']);
  return asked > memoryMib / 2;
}

/** Source: Flink `MemorySize`: bytes without a unit; units k, m, g, t, each also with `b` or `ib` in the long forms. */
function mebibytes(size = '0'): number {
  const [, digits, unit] = /^\s*(\d+)\s*([a-z]*)/i.exec(size) ?? ['', '0', ''];
  const power = ' kmgt'.indexOf(unit.charAt(0).toLowerCase());
  return Number(digits) * 1024 ** (Math.max(power, 0) - 2);
}

function portRange(port: string): string {
  return /^\d+$/.test(port) ? `${port}-${Number(port) + 100}` : port;
}
