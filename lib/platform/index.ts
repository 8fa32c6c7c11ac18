export * from './cluster';
export * from './cluster-add-ons';
export * from './flink-endpoint';
export * from './network';
export * from './versions';
