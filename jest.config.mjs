const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

/** Unit tests need no engine; integration tests need a real one and run three files at a time, each under a node name of its own. */
export default {
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/require-engine.mjs',
    },
  ],
  // A project cannot set this one. Longer than several waits in a row take on a busy machine: a wait that fails says what it saw.
  testTimeout: 240_000,
  coverageProvider: 'v8',
};
