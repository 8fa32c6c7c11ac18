export * from './capacity';
export * from './managed-node-group-capacity';
export { NodeGroupOptions } from './node-group';
