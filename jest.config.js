// Types are checked once, by `tsc`, in `npm test`; here they are only stripped.
const transform = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.test.json', isolatedModules: true, diagnostics: false }] };
const common = {
  testEnvironment: 'node',
  transform,
  moduleFileExtensions: ['ts', 'js', 'json'],
  setupFilesAfterEnv: ['<rootDir>/test/patience.js'],
  // Not in the folder for what is temporary: that of `npm test` goes with it.
  cacheDirectory: '<rootDir>/.local/jest',
};

/** @type {import('jest').Config} */
module.exports = {
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/flink/', '<rootDir>/test/cluster/'],
      setupFiles: ['<rootDir>/test/setup.js'],
    },
    { ...common, displayName: 'flink', testMatch: ['<rootDir>/test/flink/**/*.test.ts'] },
    {
      ...common,
      displayName: 'cluster',
      testMatch: ['<rootDir>/test/cluster/**/*.test.ts'],
      globalSetup: '<rootDir>/test/cluster/setup.ts',
    },
  ],
};
