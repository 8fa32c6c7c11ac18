export * from './flink-scaling';
export * from './scaling-options';
export * from './standalone-runtime';
