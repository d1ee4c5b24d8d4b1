import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'journal',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
