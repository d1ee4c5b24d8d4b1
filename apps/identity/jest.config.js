import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'identity',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
