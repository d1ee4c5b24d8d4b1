// at: apps/intake/src/events.ts
// refused by: no-restricted-imports
import { Kafka } from 'kafkajs';
export const planted = Kafka;
