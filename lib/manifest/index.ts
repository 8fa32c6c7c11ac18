export * from './kubectl';
export * from './legacy-eks';
export * from './manifest-part';
