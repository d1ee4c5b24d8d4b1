import preset from '../jest.preset.js';

export default { ...preset, displayName: 'local', testTimeout: 120_000 };
