// at: libs/store/src/outbox/relay.ts
// refused by: no-restricted-imports
import { Kafka } from 'kafkajs';
export const violation = Kafka;
