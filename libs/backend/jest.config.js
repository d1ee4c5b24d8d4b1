import preset from '../../jest.preset.js';
export default {
  ...preset,
  displayName: 'backend',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
