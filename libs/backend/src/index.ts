export { openBackend } from './backend.ts';
export type { Backend, BackendConfig, Overrides } from './backend.ts';
