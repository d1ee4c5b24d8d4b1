import { randomBytes } from 'node:crypto';
import { connectKafka } from '@cups/events';

/** A flooding agency: a process that writes garbage replies as fast as it can. */

export interface FloodOrder {
  brokers: string[];
  ca: string;
  username: string;
  password: string;
  topic: string;
}

const BYTES = 2_048;
const BATCH = 200;
let sent = 0;
let stopped = false;

async function flood({ brokers, ca, username, password, topic }: FloodOrder): Promise<void> {
  const access = { ca: () => ca, username, password: () => password };
  const producer = connectKafka(brokers, 'flood', access).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = Array.from({ length: BATCH }, (_, n) => ({ key: `k${n}`, value: randomBytes(BYTES) }));
  while (!stopped) {
    await producer.send({ topic, messages }).catch(() => {});
    sent += BATCH;
  }
  await producer.disconnect();
}

process.on('message', (order: FloodOrder | 'stop') => {
  if (order !== 'stop') void flood(order).then(() => process.send!({ sent }));
  else stopped = true;
});
process.on('disconnect', () => process.exit(0));
