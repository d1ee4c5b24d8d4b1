import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'documents',
  globalSetup: '@cups/testing/setup',
  globalTeardown: '@cups/testing/teardown',
};
