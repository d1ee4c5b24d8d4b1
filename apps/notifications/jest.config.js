import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'notifications',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
