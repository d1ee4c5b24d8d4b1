import { connectKafka } from '@cups/events';
import mongoose from 'mongoose';
import { Meter } from './drivers/meter.ts';
import type { RawCost, RawName } from './drivers/meter.ts';
import { measureStore } from './drivers/store.ts';
import type { StoredDocument } from './drivers/store.ts';
import { measureGrpc, measureHttp, measureKafka } from './drivers/wire.ts';

/** Raw drivers: the cost of each operation of a pair, measured alone in a separate process. */

export interface DriversOrder {
  mongoUri: string;
  mongoTls: { tls?: true; ca?: string };
  brokers: string[];
  /** Kafka's sign-in; undefined without users. */
  signIn: { ca: string; username: string; password: string } | undefined;
  /** Intake's database, the source of the copies, and a database for them. */
  from: string;
  into: string;
  topic: string;
  grpcPort: number;
  httpPort: number;
  /** Calls in flight. */
  level: number;
  /** Seconds per driver, after a third of it as warm-up. */
  seconds: number;
  /** Processes whose CPU counts towards a driver's cost. */
  pids: { echo: number; kafka: number; store: number };
}

function createClient({ brokers, signIn }: DriversOrder) {
  if (!signIn) return connectKafka(brokers, 'cups-bench-raw');
  const { ca, username, password } = signIn;
  return connectKafka(brokers, 'cups-bench-raw', { ca: () => ca, username, password: () => password });
}

async function measure(order: DriversOrder): Promise<Record<RawName, RawCost>> {
  const { level, seconds, topic } = order;
  const meter = new Meter({ level, seconds, pids: [process.pid, ...Object.values(order.pids)] });
  const mongo = await mongoose
    .createConnection(
      order.mongoUri,
      Object.assign({ maxPoolSize: Math.max(32, level), writeConcern: { w: 'majority' as const } }, order.mongoTls),
    )
    .asPromise();
  try {
    const sample = await mongo
      .useDb(order.from)
      .collection<StoredDocument>('applications')
      .findOne({ state: 'submitted' });
    if (!sample) throw new Error('No application was submitted.');
    const copies = mongo.useDb(order.into).collection<StoredDocument>('applications');
    const store = await measureStore(meter, copies, sample, topic);
    const content = (sample['submissions'] as { content: object }[])[0]!.content;
    const value = Buffer.from(JSON.stringify(content));
    const { produce, produceBatch } = await measureKafka(meter, createClient(order), topic, value);
    const grpcEcho = await measureGrpc(meter, order.grpcPort, sample._id);
    const httpEcho = await measureHttp(meter, order.httpPort, value);
    const { insert, update, pull, find } = store;
    return { grpcEcho, insert, update, pull, produce, produceBatch, find, httpEcho };
  } finally {
    await mongo.useDb(order.into).dropDatabase();
    await mongo.close();
  }
}

process.on('message', (order: DriversOrder) => {
  measure(order).then(
    (raw) => process.send!({ raw }),
    (error: Error) => process.send!({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
