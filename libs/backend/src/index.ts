export { openBackend } from './backend.ts';
export type { Backend, BackendConfig, TestOverrides } from './backend.ts';
