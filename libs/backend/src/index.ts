export { openBackend } from './backend.ts';
export type { Backend, BackendConfig, BackendOptions, Overrides } from './backend.ts';
export type { Stage } from './stop-order.ts';
