import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'data-keys',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
