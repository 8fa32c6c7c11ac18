export * from './manifest-part';
