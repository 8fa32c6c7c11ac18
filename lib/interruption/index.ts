export * from './eviction';
export * from './spot-tolerance';
