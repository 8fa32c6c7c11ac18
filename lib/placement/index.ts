export * from './node-shape';
export * from './placement';
export * from './placement-profile';
