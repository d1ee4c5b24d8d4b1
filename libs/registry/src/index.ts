export { watchRegistry } from './registry.ts';
export type { Registry, RegistryParser, RegistryProblem } from './registry.ts';
