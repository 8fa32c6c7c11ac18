export * from './capacity';
export * from './instance-selector';
export * from './interruption-handling';
export { KarpenterCapacity, KarpenterCapacityProps } from './karpenter-capacity';
export * from './managed-node-group-capacity';
export * from './node-autoscaling';
export { NodeGroupOptions } from './node-group';
export * from './node-labels';
