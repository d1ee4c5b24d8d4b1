import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'e2e-desk',
  testTimeout: 120_000,
  setupFilesAfterEnv: ['<rootDir>/retries.ts'],
  globalSetup: '<rootDir>/setup.ts',
  globalTeardown: '<rootDir>/teardown.ts',
};
