export * from './spot-tolerance';
