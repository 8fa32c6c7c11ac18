export * from './eviction';
export * from './spot-interruption-drill';
export * from './spot-tolerance';
