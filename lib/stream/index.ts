export * from './file-sink';
export * from './kinesis-source';
export * from './stream-source';
