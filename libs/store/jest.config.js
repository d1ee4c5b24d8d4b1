import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'store',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
