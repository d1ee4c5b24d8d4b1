export { clientFor, fakeService, captureLog, captureMetrics, createTestKeys, silentLog } from './services.ts';
export type { TestKeys } from './services.ts';
export { familyName, idnp, person, invalidIdnp } from './people.ts';
export { findFreePort } from '@cups/local';
export { temporaryDir } from './folders.ts';
export { eventually, testInfrastructure, uniquePrefix } from './platform.ts';
export { createEvent, publishEvents, produceRaw, readTopic } from './topics.ts';
export { shareInGroup } from './group.ts';
export { copySampleData } from './sample-data.ts';
