import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'agency-bridge',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
