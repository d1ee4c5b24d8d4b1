// at: apps/intake/src/event-handlers.ts
// refused by: no-restricted-imports
import { Kafka } from 'kafkajs';
export const violation = Kafka;
