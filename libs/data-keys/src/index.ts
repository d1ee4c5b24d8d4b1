export { createDataKeyBytes, DataKey } from './data-key.ts';
export { createDataKeys, SHORT_CACHE, UnreadableKeyError } from './data-keys.ts';
export type { DataKeys } from './data-keys.ts';
export { openDataKeyRecords, openDestroyedKeys } from './key-records.ts';
export type { DataKeyRecords } from './key-records.ts';
export { Rewrap } from './rewrap.ts';
export type { DataKeyState } from './rewrap.ts';
export { openKeyEncryption } from './open-keys.ts';
export type { KeyEncryptionConfig } from './open-keys.ts';
