import preset from '../jest.preset.js';

export default {
  ...preset,
  displayName: 'fleet',
  testTimeout: 240_000,
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
