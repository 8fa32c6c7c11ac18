export * from './capacity';
export {
  AdaptiveSchedulerOptions,
  ApplicationMemory,
  ApplicationName,
  BufferDebloating,
  ChangelogOptions,
  CheckpointingOptions,
  ConsoleLoggingOptions,
  DiskStateOptions,
  ExponentialDelayOptions,
  FailureRateOptions,
  FixedDelayOptions,
  FlinkLogging,
  FlinkOptions,
  FlinkProfile,
  FlinkVersion,
  ForStOptions,
  HeartbeatOptions,
  HighAvailability,
  HighAvailabilityScope,
  JobManagerMemory,
  JvmOptions,
  LogLevel,
  MetricScopes,
  MetricsReporter,
  MetricsReporterOptions,
  NamedReporterOptions,
  NetworkOptions,
  ProfileValue,
  RestartStrategy,
  RocksDbOptions,
  RocksDbPreset,
  StateBackend,
  StateMemory,
  TaskManagerMemory,
} from './configuration';
export { ExistingClusterProps } from './existing-flink-platform';
export { FlinkApplication } from './flink-application';
export { FlinkApplicationProps, ObservabilityOptions } from './flink-application-props';
export { FlinkPlatform } from './flink-platform';
export { FlinkPlatformBase } from './flink-platform-base';
export { AwaitedValue, FlinkPlatformProps, IFlinkPlatform } from './flink-platform-props';
export { ClusterIdentity, IdentityBindOptions, IdentityConfig, IFlinkIdentity, IrsaIdentity } from './identity';
export {
  CheckpointFirstOptions,
  EvictionHook,
  FlinkEviction,
  FlinkEvictionBindOptions,
  FlinkEvictionConfig,
  SpotInterruptionDrill,
  SpotInterruptionDrillProps,
  SpotTarget,
} from './interruption';
export { IKubectl, ManifestPart, ObjectsOptions, ObjectValueOptions } from './manifest';
export {
  NodeAllocatable,
  NodeOperator,
  NodeRequirement,
  NodeShape,
  Placement,
  PlacementProfile,
  Placements,
  Toleration,
  WeightedRequirement,
} from './placement';
export { ExistingCluster, ExistingClusterAttributes, ExistingClusterConfig, FlinkEndpoint } from './platform';
export {
  DeploymentOptions,
  DeploymentSpec,
  FlinkImage,
  FlinkImageAssetOptions,
  FlinkImageConfig,
  FlinkJob,
  FlinkJobSpec,
  FlinkNamespace,
  FlinkProcessOptions,
  FlinkRuntimeBindOptions,
  FixedScalingOptions,
  FlinkScaling,
  FlinkStart,
  FlinkStartOnce,
  FlinkStartSpec,
  IBoundFlinkRuntime,
  IFlinkRuntime,
  JarJobOptions,
  ManifestParts,
  ProcessSpec,
  ReactiveScalingOptions,
  RunningJob,
  SavepointStartOptions,
  StandaloneRuntime,
  StandaloneRuntimeProps,
  TaskManagerOptions,
} from './runtime';
export * from './state';
export {
  FileSink,
  FileSinkOptions,
  InitialPosition,
  IStreamSource,
  KinesisReadOptions,
  KinesisSource,
  KinesisSourceProps,
  StreamConfig,
} from './stream';
