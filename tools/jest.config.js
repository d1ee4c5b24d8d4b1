import preset from '../jest.preset.js';

export default {
  ...preset,
  displayName: 'tools',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
