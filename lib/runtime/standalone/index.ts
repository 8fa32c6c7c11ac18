export * from './flink-scaling';
export * from './standalone-runtime';
