export type { TestKeys } from './neighbours.ts';
export { clientFor, fakeService, keepLog, keysFor } from './neighbours.ts';
export type { Person } from './people.ts';
export { idnp, person, wrongIdnp } from './people.ts';
export type { Platform } from './platform.ts';
export { freePort } from '@cups/local';
export { eventually, platform, prefix } from './platform.ts';
export { eventOf, produce, produceRaw, readTopic } from './topics.ts';
