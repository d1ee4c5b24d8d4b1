import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'testing',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
