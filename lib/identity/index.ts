export * from './flink-identity';
export * from './irsa-identity';
