export { clientFor, fakeService, keepLog, keysFor } from './neighbours.ts';
export { idnp, person, wrongIdnp } from './people.ts';
export { freePort } from '@cups/local';
export { eventually, platform, prefix } from './platform.ts';
export { eventOf, produce, produceRaw, readTopic } from './topics.ts';
