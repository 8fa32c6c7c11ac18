import { Duration, Size } from 'aws-cdk-lib';
import * as flink from '../../lib/configuration';
import { expectProblem } from '../fixtures/refusals';

const BUCKET = {
  'execution.checkpointing.dir': 's3p://state/checkpoints/a',
  'execution.checkpointing.savepoint-dir': 's3p://state/savepoints/a',
  'high-availability.storageDir': 's3p://state/ha/a',
};

interface Told {
  readonly flink?: flink.FlinkOptions;
  readonly checkpointing?: flink.CheckpointingOptions;
  readonly metrics?: flink.MetricsOptions;
  readonly properties?: Record<string, string>;
}

function told(options: Told, version = flink.FlinkVersion.V2_2): flink.FlinkConfiguration {
  return flink.applicationConfiguration({
    version,
    maxParallelism: '128',
    taskSlots: '1',
    jobManagerMib: 2048,
    taskManagerMib: 4096,
    taskManagerWorkMib: 10_240,
    owned: { 'the state bucket': BUCKET },
    properties: {},
    ...options,
    checkpointing: new flink.Checkpointing(options.checkpointing, options.flink?.profile),
  });
}

/** What a choice adds to, or changes of, what is told without it. */
function added(options: Told, version?: flink.FlinkVersion): Record<string, string> {
  const before = told({}, version).toProperties();
  return Object.fromEntries(Object.entries(told(options, version).toProperties()).filter(([key, value]) => before[key] !== value));
}

const seconds = (count: number): Duration => Duration.seconds(count);

/** Every typed prop with the options that Flink's documentation gives it. Source: Flink 2.2, configuration reference. */
const TYPED: [string, Told, Record<string, string>][] = [
  ['unaligned checkpoints', { checkpointing: { alignedCheckpointTimeout: seconds(30) } }, {
    'execution.checkpointing.unaligned.enabled': 'true',
    'execution.checkpointing.aligned-checkpoint-timeout': '30 s',
  }],
  ['full checkpoints, and failures that count', { checkpointing: { incremental: false, tolerableFailures: 0, retained: 5 } }, {
    'execution.checkpointing.incremental': 'false',
    'execution.checkpointing.tolerable-failed-checkpoints': '0',
    'execution.checkpointing.num-retained': '5',
  }],
  ['savepoints elsewhere', { checkpointing: { savepointDirectory: 's3p://other/savepoints' } }, { 'execution.checkpointing.savepoint-dir': 's3p://other/savepoints' }],
  ['entropy', { checkpointing: { entropyLength: 4 } }, {
    's3.entropy.key': '_entropy_',
    's3.entropy.length': '4',
    'execution.checkpointing.dir': 's3p://state/checkpoints/a/_entropy_',
  }],
  ['state on the heap', { flink: { stateBackend: flink.StateBackend.hashMap() } }, {
    'state.backend.type': 'hashmap',
    'taskmanager.memory.managed.fraction': '0',
  }],
  ['RocksDB', {
    flink: {
      stateBackend: flink.StateBackend.rocksDb({
        memoryPerSlot: Size.mebibytes(512), writeBufferRatio: 0.4, highPriorityPoolRatio: 0.2, metrics: ['block-cache-usage'], transferThreads: 8,
        preset: flink.RocksDbPreset.FLASH_SSD_OPTIMIZED, ingestOnRescale: true,
      }),
    },
  }, {
    'state.backend.rocksdb.memory.fixed-per-slot': '512m',
    'state.backend.rocksdb.memory.write-buffer-ratio': '0.4',
    'state.backend.rocksdb.memory.high-prio-pool-ratio': '0.2',
    'state.backend.rocksdb.metrics.block-cache-usage': 'true',
    'state.backend.rocksdb.checkpoint.transfer.thread.num': '8',
    'state.backend.rocksdb.predefined-options': 'FLASH_SSD_OPTIMIZED',
    'state.backend.rocksdb.use-ingest-db-restore-mode': 'true',
  }],
  ['ForSt', { flink: { stateBackend: flink.StateBackend.forSt({ cacheSize: Size.gibibytes(5), cacheReserve: Size.gibibytes(1) }) } }, {
    'state.backend.type': 'forst',
    'state.backend.forst.cache.size-based-limit': '5120m',
    'state.backend.forst.cache.reserve-size': '1024m',
  }],
  ['local recovery', { flink: { localRecovery: true } }, {
    'execution.state-recovery.from-local': 'true',
    'execution.checkpointing.local-backup.enabled': 'true',
    'process.taskmanager.working-dir': '/opt/flink/work',
  }],
  ['a changelog', { flink: { changelog: { materializationInterval: Duration.minutes(5), persistDelay: Duration.millis(20) } } }, {
    'state.changelog.enabled': 'true',
    'state.changelog.storage': 'filesystem',
    'state.changelog.dstl.dfs.base-path': 's3p://state/checkpoints/a',
    'state.changelog.periodic-materialize.interval': '5 min',
    'state.changelog.dstl.dfs.batch.persist-delay': '20 ms',
  }],
  ['a growing delay', {
    flink: {
      restart: flink.RestartStrategy.exponentialDelay({
        initialBackoff: seconds(2), maxBackoff: seconds(20), backoffMultiplier: 2, jitterFactor: 0.2, resetBackoffThreshold: seconds(60), attemptsBeforeResetBackoff: 9,
      }),
    },
  }, {
    'restart-strategy.exponential-delay.initial-backoff': '2 s',
    'restart-strategy.exponential-delay.max-backoff': '20 s',
    'restart-strategy.exponential-delay.backoff-multiplier': '2',
    'restart-strategy.exponential-delay.jitter-factor': '0.2',
    'restart-strategy.exponential-delay.reset-backoff-threshold': '1 min',
    'restart-strategy.exponential-delay.attempts-before-reset-backoff': '9',
  }],
  ['a fixed delay', { flink: { restart: flink.RestartStrategy.fixedDelay({ attempts: 20, delay: seconds(3) }) } }, {
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '20',
    'restart-strategy.fixed-delay.delay': '3 s',
  }],
  ['a rate of failures', { flink: { restart: flink.RestartStrategy.failureRate({ maxFailuresPerInterval: 9, interval: seconds(90), delay: seconds(1) }) } }, {
    'restart-strategy.type': 'failure-rate',
    'restart-strategy.failure-rate.max-failures-per-interval': '9',
    'restart-strategy.failure-rate.failure-rate-interval': '90 s',
    'restart-strategy.failure-rate.delay': '1 s',
  }],
  ['no restart', { flink: { restart: flink.RestartStrategy.none() } }, { 'restart-strategy.type': 'none' }],
  ['heartbeats', { flink: { heartbeat: { interval: seconds(5), timeout: seconds(25), rpcFailureThreshold: 3 } } }, {
    'heartbeat.interval': '5 s',
    'heartbeat.timeout': '25 s',
    'heartbeat.rpc-failure-threshold': '3',
  }],
  ['the network', {
    flink: {
      network: {
        initialRequestBackoff: Duration.millis(200), maxRequestBackoff: seconds(20), partitionRequestTimeout: seconds(15), retries: 2,
        bufferDebloating: flink.BufferDebloating.target(Duration.millis(500)),
      },
    },
  }, {
    'taskmanager.network.request-backoff.initial': '200',
    'taskmanager.network.request-backoff.max': '20000',
    'taskmanager.network.partition-request-timeout': '15 s',
    'taskmanager.network.retries': '2',
    'taskmanager.network.memory.buffer-debloat.target': '500 ms',
  }],
  ['full buffers', { flink: { network: { bufferDebloating: flink.BufferDebloating.off() } } }, { 'taskmanager.network.memory.buffer-debloat.enabled': 'false' }],
  ['JVM options', { flink: { jvmOptions: { all: ['-Dx=y'], jobManager: ['-Xss2m'], taskManager: ['-XX:+UseZGC', '-Xss1m'] } } }, {
    'env.java.opts.all': '-Dx=y',
    'env.java.opts.jobmanager': '-Xss2m',
    'env.java.opts.taskmanager': '-XX:+UseZGC -Xss1m',
  }],
  ['reporters, scopes and flame graphs', {
    metrics: {
      reporters: [
        flink.MetricsReporter.prometheus({ additionalVariables: { team: 'a,b', stage: 'live' }, includes: ['*:*:gauge'], excludes: ['*:busy*'] }),
        flink.MetricsReporter.of('statsd', { factoryClass: 'org.apache.flink.metrics.statsd.StatsDReporterFactory', parameters: { port: '8125' }, interval: seconds(30), excludedVariables: [] }),
      ],
      scopes: { delimiter: '_', jobManager: 'jm', jobManagerJob: 'jm.<job_name>', taskManager: 'tm', taskManagerJob: 'tm.<job_name>', task: 't', operator: 'o' },
      flameGraphs: true,
    },
  }, {
    'metrics.reporters': 'prom,statsd',
    'metrics.reporter.prom.factory.class': 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.port': '9249',
    'metrics.reporter.prom.scope.variables.excludes': 'task_attempt_id;task_attempt_num;tm_id',
    'metrics.reporter.prom.scope.variables.additional': "'team:a,b',stage:live",
    'metrics.reporter.prom.filter.includes': '*:*:gauge',
    'metrics.reporter.prom.filter.excludes': '*:busy*',
    'metrics.reporter.statsd.factory.class': 'org.apache.flink.metrics.statsd.StatsDReporterFactory',
    'metrics.reporter.statsd.port': '8125',
    'metrics.reporter.statsd.interval': '30 s',
    'metrics.scope.delimiter': '_',
    'metrics.scope.jm': 'jm',
    'metrics.scope.jm-job': 'jm.<job_name>',
    'metrics.scope.tm': 'tm',
    'metrics.scope.tm-job': 'tm.<job_name>',
    'metrics.scope.task': 't',
    'metrics.scope.operator': 'o',
    'rest.flamegraph.enabled': 'true',
  }],
]; // prettier-ignore

describe('typed props', () => {
  test.each(TYPED)('%s: Flink is told so', (_, options, expected) => {
    expect(added(options)).toEqual(expected);
    expect(told(options).problems).toEqual([]);
  });

  test.each(flink.FlinkVersion.all.map((version) => [version.line, version] as const))(
    'together render only keys of Flink %s, none deprecated',
    (line, version) => {
      const catalog = flink.OptionCatalog.of(line);
      const { length } = TYPED.filter(([title]) => title !== 'ForSt' || catalog.find('state.backend.forst.memory.managed')).map(
        ([, options]) => {
          const configuration = told(options, version);
          expect([configuration.problems, configuration.warnings]).toEqual([[], []]);
          for (const key of Object.keys(configuration.toProperties()))
            expect([key, catalog.find(key)]).toEqual([key, expect.objectContaining({ isDeprecated: false, currentNames: [] })]);
        },
      );
      expect(length).toBeGreaterThan(16);
    },
  );

  test('the waits of the adaptive scheduler have the names of each line', () => {
    const waits = {
      cooldownAfterRescaling: seconds(1),
      submissionResourceWaitTimeout: seconds(2),
      submissionResourceStabilizationTimeout: seconds(3),
    };
    const key = (name: string): string => `jobmanager.adaptive-scheduler.${name}`;
    expect(added({ flink: { adaptiveScheduler: waits } }, flink.FlinkVersion.V1_20)).toEqual({
      [key('scaling-interval.min')]: '1 s',
      [key('resource-wait-timeout')]: '2 s',
      [key('resource-stabilization-timeout')]: '3 s',
    });
    const newer = { ...waits, resourceStabilizationTimeout: seconds(4), rescaleMaxDelay: seconds(5) };
    expect(added({ flink: { adaptiveScheduler: newer } }, flink.FlinkVersion.V2_3)).toEqual({
      [key('executing.cooldown-after-rescaling')]: '1 s',
      [key('submission.resource-wait-timeout')]: '2 s',
      [key('submission.resource-stabilization-timeout')]: '3 s',
      [key('executing.resource-stabilization-timeout')]: '4 s',
      [key('rescale-trigger.max-delay')]: '5 s',
    });
  });

  test('what a choice replaces of the profile is not told', () => {
    const keys = (options: flink.FlinkOptions): string[] => Object.keys(told({ flink: options }).toProperties());
    const fixed = keys({ restart: flink.RestartStrategy.fixedDelay({ attempts: 3 }) });
    expect(fixed.filter((key) => key.includes('exponential-delay'))).toEqual([]);
    expect(keys({ stateBackend: flink.StateBackend.hashMap() })).not.toContain('taskmanager.memory.task.off-heap.size');
    expect(keys({ stateBackend: flink.StateBackend.rocksDb() })).toContain('taskmanager.memory.task.off-heap.size');
  });

  test('properties win over a typed prop, and a typed prop over the profile', () => {
    const made = told({ flink: { heartbeat: { timeout: seconds(25) } }, properties: { 'heartbeat.interval': '7 s' } });
    expect(made.toProperties()).toMatchObject({
      'heartbeat.interval': '7 s',
      'heartbeat.timeout': '25 s',
      'heartbeat.rpc-failure-threshold': '1',
    });
    const clash = told({
      checkpointing: { savepointDirectory: 's3p://a/b' },
      properties: { 'execution.checkpointing.savepoint-dir': 's3p://c/d' },
    });
    expect(clash.problems.join()).toContain("is set by 'checkpointing.savepointDirectory' to 's3p://a/b'");
  });

  test('the plain profile tells Flink nothing but what keeps state, restarts, RocksDB and Java 17 alive', () => {
    const made = told({ flink: { profile: flink.FlinkProfile.plain() } }).toProperties();
    for (const key of [...Object.keys(BUCKET), 'env.java.default-opts.all', 'pipeline.max-parallelism', 'taskmanager.numberOfTaskSlots'])
      delete made[key];
    expect(made).toEqual({
      'execution.checkpointing.interval': '30 s',
      // Flink's own place for RocksDB's files can be too long a path.
      'state.backend.rocksdb.localdir': '/opt/flink/work',
      'execution.checkpointing.min-pause': '0 s',
      'execution.checkpointing.timeout': '10 min',
      'execution.checkpointing.storage': 'filesystem',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'jobmanager.memory.process.size': '2048m',
      'taskmanager.memory.process.size': '4096m',
    });
  });
});

const later = Duration.seconds(-1.8881545897087505e289);
const problems = (options: flink.FlinkOptions, version = flink.FlinkVersion.V2_2): readonly string[] =>
  new flink.TypedOptions(options, version).problems;
const restart = flink.RestartStrategy;
const { V1_20 } = flink.FlinkVersion;

describe('a typed prop is refused in its own name, and its neighbour passes', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['flink.stateBackend is forSt', problems({ stateBackend: flink.StateBackend.forSt() }, V1_20), problems({ stateBackend: flink.StateBackend.forSt() })],
    ['flink.adaptiveScheduler.rescaleMaxDelay', problems({ adaptiveScheduler: { rescaleMaxDelay: seconds(1) } }, V1_20), problems({ adaptiveScheduler: { rescaleMaxDelay: seconds(1) } })],
    ['flink.restart.attempts is 0', problems({ restart: restart.fixedDelay({ attempts: 0 }) }), problems({ restart: restart.fixedDelay({ attempts: 1 }) })],
    ['flink.restart.maxFailuresPerInterval is 0.5', problems({ restart: restart.failureRate({ maxFailuresPerInterval: 0.5 }) }), problems({ restart: restart.failureRate({ maxFailuresPerInterval: 1 }) })],
    ['flink.restart.backoffMultiplier is 1', problems({ restart: restart.exponentialDelay({ backoffMultiplier: 1 }) }), problems({ restart: restart.exponentialDelay({ backoffMultiplier: 1.01 }) })],
    ['flink.restart.jitterFactor is 1.1', problems({ restart: restart.exponentialDelay({ jitterFactor: 1.1 }) }), problems({ restart: restart.exponentialDelay({ jitterFactor: 1 }) })],
    ['flink.restart.initialBackoff is 0', problems({ restart: restart.exponentialDelay({ initialBackoff: Duration.millis(0) }) }), problems({ restart: restart.exponentialDelay({ initialBackoff: Duration.millis(1) }) })],
    ['flink.stateBackend.writeBufferRatio is 2', problems({ stateBackend: flink.StateBackend.rocksDb({ writeBufferRatio: 2 }) }), problems({ stateBackend: flink.StateBackend.rocksDb({ writeBufferRatio: 1 }) })],
    ['flink.stateBackend.transferThreads is 0', problems({ stateBackend: flink.StateBackend.rocksDb({ transferThreads: 0 }) }), problems({ stateBackend: flink.StateBackend.rocksDb({ transferThreads: 1 }) })],
    ['flink.stateBackend.memoryPerSlot is nothing', problems({ stateBackend: flink.StateBackend.rocksDb({ memoryPerSlot: Size.mebibytes(0) }) }), problems({ stateBackend: flink.StateBackend.rocksDb({ memoryPerSlot: Size.mebibytes(1) }) })],
    ['flink.heartbeat.rpcFailureThreshold is 0', problems({ heartbeat: { rpcFailureThreshold: 0 } }), problems({ heartbeat: { rpcFailureThreshold: 1 } })],
    ['flink.heartbeat.interval is a time that only a deployment knows', problems({ heartbeat: { interval: later } }), problems({ heartbeat: { interval: seconds(3) } })],
    ['flink.network.retries is -1', problems({ network: { retries: -1 } }), problems({ network: { retries: 0 } })],
    ['flink.changelog.materializationInterval is 999', problems({ changelog: { materializationInterval: Duration.millis(999) } }), problems({ changelog: { materializationInterval: seconds(1) } })],
    ["flink.jvmOptions.all has '-XX:OnError=kill -9 1'", problems({ jvmOptions: { all: ['-XX:OnError=kill -9 1'] } }), problems({ jvmOptions: { all: ['-XX:OnError=/bin/kill'] } })],
    ['checkpointing.entropyLength is 33', new flink.Checkpointing({ entropyLength: 33 }).problems, new flink.Checkpointing({ entropyLength: 32 }).problems],
    ['checkpointing.tolerableFailures is -1', new flink.Checkpointing({ tolerableFailures: -1 }).problems, new flink.Checkpointing({ tolerableFailures: 0 }).problems],
    ["observability.reporters has 'prom' twice", twice('prom'), twice('other')],
    ["observability.reporters.name is 'a.b'", flink.MetricsReporter.of('a.b', { factoryClass: 'x.Y' }).options.problems, flink.MetricsReporter.of('a-b', { factoryClass: 'x.Y' }).options.problems],
    ['files of 20 MiB, 12 kept', flink.FlinkLogging.console({ files: 12 }).problems, flink.FlinkLogging.console({ files: 11 }).problems],
    ["loggers has 'com example'", flink.FlinkLogging.console({ loggers: { 'com example': flink.LogLevel.OFF } }).problems, flink.FlinkLogging.console({ loggers: { 'com.example': flink.LogLevel.OFF } }).problems],
  ])('%s', (given, refused, near) => {
    expect([refused, near]).toEqual([[expect.stringContaining(given)], []]);
    expectProblem(refused[0]);
  });

  function twice(name: string): string[] {
    return flink.metricsOptions({ reporters: [flink.MetricsReporter.prometheus(), flink.MetricsReporter.of(name, { factoryClass: 'x.Y' })] }).problems;
  }
}); // prettier-ignore

// Source: log4j 2, RollingFileAppender and DefaultRolloverStrategy.
test('log files are bounded, and loggers have their own levels', () => {
  const options = {
    level: flink.LogLevel.WARN,
    loggers: { 'com.example.prices': flink.LogLevel.DEBUG },
    fileSize: Size.mebibytes(8),
    files: 3,
  };
  const lines = flink.FlinkLogging.console(options).content.split('\n');
  for (const line of ['rootLogger.level=WARN', 'appender.rolling.policies.size.size=8192KB', 'appender.rolling.strategy.max=3'])
    expect(lines).toContain(line);
  const name = lines.find((line) => line.endsWith('.name=com.example.prices'))!;
  expect(lines).toContain(name.replace('.name=com.example.prices', '.level=DEBUG'));
});
