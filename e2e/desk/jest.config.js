import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'e2e-desk',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: 120_000,
  globalSetup: '<rootDir>/setup.ts',
  globalTeardown: '<rootDir>/teardown.ts',
};
