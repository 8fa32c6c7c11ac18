export * from './capacity';
export { ApplicationMemory, CheckpointingOptions, FlinkVersion, JobManagerMemory, StateMemory, TaskManagerMemory } from './configuration';
export { ExistingClusterProps } from './existing-flink-platform';
export { FlinkApplication } from './flink-application';
export { FlinkApplicationProps, ObservabilityOptions } from './flink-application-props';
export { FlinkPlatform } from './flink-platform';
export { AwaitedValue, FlinkPlatformProps, IFlinkPlatform } from './flink-platform-props';
export { ClusterIdentity, IdentityBindOptions, IdentityConfig, IFlinkIdentity, IrsaIdentity } from './identity';
export { CheckpointFirstOptions, EvictionHook, FlinkEviction, FlinkEvictionConfig } from './interruption';
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
  IBoundFlinkRuntime,
  IFlinkRuntime,
  JarJobOptions,
  ManifestParts,
  ProcessSpec,
  ReactiveScalingOptions,
  RunningJob,
  StandaloneRuntime,
  StandaloneRuntimeProps,
  TaskManagerOptions,
} from './runtime';
export * from './state';
export * from './stream';
