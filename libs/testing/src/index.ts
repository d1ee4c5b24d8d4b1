export { clientFor, fakeService, keepLog, keepMetrics, keysFor, quietLog } from './neighbours.ts';
export type { TestKeys } from './neighbours.ts';
export { familyName, idnp, person, wrongIdnp } from './people.ts';
export { freePort } from '@cups/local';
export { temporaryDir } from './folders.ts';
export { eventually, platform, prefix } from './platform.ts';
export { eventOf, produce, produceRaw, readTopic } from './topics.ts';
