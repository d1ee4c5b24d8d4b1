// at: libs/events/test/records.ts
// refused by: no-restricted-imports
import Encoder from 'kafkajs/src/protocol/encoder.js';
export const violation = Encoder;
