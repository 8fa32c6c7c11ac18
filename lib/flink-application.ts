import { createHash } from 'crypto';
import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import * as flink from './configuration';
import { assembleConfiguration, guardedState, ignoredOptions, typedProblems } from './flink-application-configuration';
import { defineManifests } from './flink-application-manifests';
import { defineOutputs, defineResultsOutput } from './flink-application-outputs';
import { FlinkApplicationProps } from './flink-application-props';
import * as runtime from './runtime';
import { argumentProblems, FileSink, FileSinkOptions, IStreamSource, StreamConfig } from './stream';

/**
 * One Flink job: its state, its identity, its pods.
 *
 * @example
 * const prices = new FlinkApplication(stack, 'Prices', {
 *   name: 'prices',
 *   platform,
 *   image: FlinkImage.fromAsset('job'),
 *   job: FlinkJob.jar({ entryClass: 'com.example.Prices' }),
 * });
 * prices.readFrom(stream);
 */
export class FlinkApplication extends Construct implements iam.IGrantable {
  /** The pods in AWS: grants go to it. */
  public readonly grantPrincipal: iam.IPrincipal;
  /** Name of the application. */
  public readonly applicationName: string;
  /** Namespace of its objects. */
  public readonly namespace: string;
  /** Flink's id of the job, 32 hexadecimal digits: the same at every deploy, until a start by a nonce gives it another. */
  public readonly jobId: string;
  private readonly name: flink.ApplicationName;
  private readonly version: flink.FlinkVersion;
  private readonly processes: runtime.FlinkProcesses;
  private readonly bound: runtime.IBoundFlinkRuntime;
  private readonly image: runtime.FlinkImageConfig;
  private readonly streams: StreamConfig[] = [];
  private known?: flink.FlinkConfiguration;
  private readonly resultPlaces: string[] = [];

  /** @throws when the options cannot work together; all problems in one error */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FlinkApplicationProps,
  ) {
    super(scope, id);
    const { platform } = props;
    this.name = new flink.ApplicationName(props.name);
    this.version = props.version ?? flink.FlinkVersion.V2_2;
    this.processes = new runtime.FlinkProcesses(props.jobManager, props.taskManager, platform.capacity);
    const namespace = props.namespace ?? runtime.FlinkNamespace.own();
    this.namespace = namespace.nameFor(props.name);
    const problems = this.optionProblems(namespace);
    // Nothing can be defined under a name that cannot be one; all else is checked before anything is refused.
    if (this.name.problems.length > 0) this.refuse(problems);

    platform.claimName(props.name, this);
    this.bound = (props.runtime ?? new runtime.StandaloneRuntime()).bind(this, {
      name: this.name,
      version: this.version,
      namespace: this.namespace,
      clusterIdentity: platform.clusterIdentity,
      maxParallelism: this.maxParallelism,
      taskSlots: this.processes.taskSlots,
      suspended: props.deployment?.suspended ?? false,
      highAvailability: this.highAvailability,
    });
    this.image = props.image.bind(this, this.version);
    this.refuse([...problems, ...this.image.problems, ...this.bound.problems, ...this.fitProblems(), ...this.review.problems]);

    this.grantPrincipal = this.bound.grantPrincipal;
    this.applicationName = props.name;
    this.jobId = this.name.jobId;
    this.grant(platform.stateBucket.statementsFor(props.name));
    defineManifests(this, { name: this.name, namespace, bound: this.bound, job: () => this.jobSpec(), props });
    this.warn(namespace);
    defineOutputs(this, { memory: flink.memoryTable(this.memory), savepoint: this.bound.savepointCommand });
    this.node.addValidation({ validate: () => [...this.review.problems] });
  }

  /**
   * Lets the job read a source: rights, Flink options and arguments of the main class in one verb.
   *
   * @param source for example a `KinesisSource`
   */
  public readFrom(source: IStreamSource): void {
    const config = source.bind();
    this.connect(config);
    this.processes
      .readerWarnings(config.maxReaders, this.bound.maxTaskManagers)
      .forEach((text) => Annotations.of(this).addWarningV2('cdk-flink-on-eks:idle-readers', text));
  }

  /**
   * Lets the job write files below one prefix of a bucket: rights, and the place as an argument of the main class.
   *
   * @param bucket where the files go
   * @param prefix without slashes at the ends, for example `results`
   * @param options name of the argument
   * @throws when the prefix cannot be one
   */
  public writeTo(bucket: s3.IBucket, prefix: string, options: FileSinkOptions = {}): void {
    const sink = new FileSink(bucket, prefix, options);
    this.refuse(sink.problems);
    this.connect(sink.bind());
    this.resultPlaces.push(sink.uri);
    defineResultsOutput(this, this.resultPlaces.length, sink.uri);
  }

  /** How Flink divides the memory of its processes, in bytes, computed as its own calculator does. */
  public get memory(): flink.ApplicationMemory {
    return flink.memoryOf(this.review, this.node.path);
  }

  private connect(config: StreamConfig): void {
    const others = [...this.props.job.args, ...this.streams.flatMap(({ jobArguments }) => jobArguments)];
    this.refuse(argumentProblems(config, others));
    this.streams.push(config);
    this.known = undefined;
    this.grant(config.statements);
  }

  private grant(statements: iam.PolicyStatement[]): void {
    statements.forEach((statement) => this.bound.grantPrincipal.addToPrincipalPolicy(statement));
  }

  private get highAvailability(): flink.HighAvailability {
    return this.props.flink?.highAvailability ?? flink.HighAvailability.kubernetes();
  }

  private get maxParallelism(): number {
    return this.props.flink?.maxParallelism ?? 128;
  }

  /** All options of the job as they are known now: verbs such as `readFrom` add to them until synthesis. */
  private get configuration(): flink.FlinkConfiguration {
    return (this.known ??= this.assemble());
  }

  private assemble(): flink.FlinkConfiguration {
    return assembleConfiguration(this.props, {
      version: this.version,
      maxParallelism: this.maxParallelism,
      processes: this.processes,
      bound: this.bound,
      streams: this.streams,
    });
  }

  private get review(): flink.ConfigurationReview {
    return flink.reviewConfiguration(this.configuration, this.version.line);
  }

  private optionProblems(namespace: runtime.FlinkNamespace): string[] {
    const { job, deployment = {} } = this.props;
    return [
      ...this.name.problems,
      ...(this.name.problems.length > 0 ? [] : namespace.problemsFor(this.props.name)),
      ...job.problems,
      ...typedProblems(this.props, this.version),
      ...this.processes.problems,
      ...runtime.deploymentProblems(deployment, this.highAvailability),
      ...this.processes.recoveryProblems(this.highAvailability),
    ];
  }

  private fitProblems(): string[] {
    const { jobManager, taskManager } = this.processes;
    const { jobManagers, maxTaskManagers, podDiskMib } = this.bound;
    return [
      ...jobManager.fitProblems(jobManagers, podDiskMib),
      ...taskManager.fitProblems(maxTaskManagers, podDiskMib),
      ...jobManager.architectureProblems(this.image.architecture),
      ...taskManager.architectureProblems(this.image.architecture),
    ];
  }

  private refuse(problems: readonly string[]): void {
    if (problems.length > 0) throw new Error(`${this.node.path}: ${problems.join('\n')}`);
  }

  private jobSpec(): runtime.FlinkJobSpec {
    const { job, observability, deployment = {} } = this.props;
    const start = (deployment.start ?? runtime.FlinkStart.latest()).spec;
    const parts = {
      image: this.image.uri,
      entryClass: job.entryClass,
      jobArguments: [...job.args, ...this.streams.flatMap((stream) => stream.jobArguments)],
      configYaml: this.configuration.toYaml(),
      logging: (observability?.logging ?? flink.FlinkLogging.console()).content,
    };
    // Over what the template says, not over token text, which differs from one synthesis to the next.
    // A start counts too: a deployment with one restarts the job and waits for it.
    const resolved = JSON.stringify(Stack.of(this).resolve({ ...parts, start }));
    return {
      ...parts,
      name: this.props.name,
      namespace: this.namespace,
      release: this.version.release,
      jobId: this.jobId,
      checksum: createHash('sha256').update(resolved).digest('hex').slice(0, 16),
      deployment: {
        start,
        startJobId: this.name.jobIdOf(start.nonce),
        suspended: deployment.suspended ?? false,
        ownNamespace: (this.props.namespace ?? runtime.FlinkNamespace.own()).isOwn,
        guarded: guardedState(this.configuration, this.version),
      },
      jobManager: this.processes.jobManager.spec,
      taskManager: this.processes.taskManager.spec,
      metricsNamespace: observability?.metricsNamespace,
    };
  }

  private warn(namespace: runtime.FlinkNamespace): void {
    const annotations = Annotations.of(this);
    const all = {
      image: this.image.warnings,
      slots: this.processes.warnings,
      'job-manager-on-spot': this.processes.placementWarnings,
      'spot-in-one-zone': this.processes.zoneWarnings,
      'no-high-availability': this.highAvailability.warnings,
      'state-cache': flink.stateCacheWarnings(this.configuration.toProperties(), this.processes.taskManager.spec.workMib),
      runtime: this.bound.warnings,
      spare: this.processes.spareWarnings(this.bound.spareTaskManagers, this.bound.podDiskMib),
    };
    Object.entries(all).forEach(([id, texts]) => texts.forEach((text) => annotations.addWarningV2(`cdk-flink-on-eks:${id}`, text)));
    this.review.warnings.forEach(({ id, text }) => annotations.addWarningV2(`cdk-flink-on-eks:${id}`, text));
    ignoredOptions(this.props, this.version, this.bound.ignoredProperties).forEach(({ id, text }) =>
      annotations.addWarningV2(`cdk-flink-on-eks:${id}`, text),
    );
    const other = this.props.platform.shareNamespace(this.namespace, this);
    if (other !== undefined) {
      const rights = "a Kubernetes Role cannot limit create and list by name, so each can read and delete the other's HA pointers";
      const text = `namespace '${this.namespace}' is also that of ${other}: ${rights}; use FlinkNamespace.own()`;
      if (namespace.isOwn) this.refuse([text]);
      annotations.addWarningV2('cdk-flink-on-eks:shared-namespace', text);
    }
  }
}
