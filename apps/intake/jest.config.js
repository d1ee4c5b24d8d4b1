import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'intake',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
