export * from './cluster';
export * from './cluster-add-ons';
export * from './existing-cluster';
export * from './flink-endpoint';
export * from './network';
export * from './versions';
