export * from './flink-identity';
export * from './irsa-identity';
export * from './irsa-role';
