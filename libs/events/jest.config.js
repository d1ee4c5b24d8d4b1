import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'events',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
