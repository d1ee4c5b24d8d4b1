import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'e2e-desk',
  testEnvironment: '<rootDir>/failure-environment.ts',
  // Ends a test that hangs. Each of its steps has a bound of its own.
  testTimeout: 240_000,
  setupFilesAfterEnv: ['<rootDir>/retries.ts'],
  globalSetup: '<rootDir>/setup.ts',
  globalTeardown: '<rootDir>/teardown.ts',
};
