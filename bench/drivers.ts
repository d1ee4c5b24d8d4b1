import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadService } from '@cups/contracts/proto';
import { connectKafka } from '@cups/events';
import { Partitioners } from 'kafkajs';
import mongoose from 'mongoose';
import { cpuMsOf, nowMs, percentiles, round } from './processes.ts';
import type { Percentiles } from './processes.ts';

/** The raw drivers: what each part that a pair needs costs when it is asked for alone, in a process of its own. */

export interface DriversOrder {
  mongoUri: string;
  brokers: string[];
  /** Database of intake, whose documents are copied, and a database for the copies. */
  from: string;
  into: string;
  topic: string;
  grpcPort: number;
  httpPort: number;
  /** Calls in flight. */
  level: number;
  /** Each driver, after a third of it to warm up. */
  seconds: number;
  /** Processes whose CPU is part of the cost of a driver. */
  pids: { echo: number; kafka: number; store: number };
}

export interface RawCost {
  perSecond: number;
  /** 1000 / perSecond: what one costs of the time of the machine at this level. */
  wallMs: number;
  /** CPU of driver, server and JVM for one. */
  cpuMs: number;
  ms: Percentiles;
}

export type RawName = 'grpcEcho' | 'insert' | 'update' | 'pull' | 'produce' | 'produceBatch' | 'find' | 'httpEcho';

async function forSeconds(seconds: number, callers: number, one: () => Promise<unknown>, took: number[]) {
  const until = nowMs() + seconds * 1000;
  const call = async () => {
    for (let began = nowMs(); began < until;) {
      await one();
      const ended = nowMs();
      took.push(ended - began);
      began = ended;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
}

const cost = (took: number[], count: number, wallMs: number, cpuMs: number): RawCost => ({
  perSecond: round((count * 1000) / wallMs, 1),
  wallMs: round(wallMs / count, 4),
  cpuMs: round(cpuMs / count, 4),
  ms: percentiles(took),
});

type Stored = { _id: string; revision: number } & Record<string, unknown>;

async function measure(order: DriversOrder): Promise<Record<RawName, RawCost>> {
  const { level, seconds } = order;
  const pids = [process.pid, ...Object.values(order.pids)].filter((pid) => pid > 0);
  const cpu = () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);

  /** Callers that each ask again when answered; `each` things are done by one call. */
  async function run(one: () => Promise<unknown>, each = 1, callers = level): Promise<RawCost> {
    const took: number[] = [];
    await forSeconds(seconds / 3, callers, one, []);
    const [began, cpuBefore] = [nowMs(), cpu()];
    await forSeconds(seconds, callers, one, took);
    return cost(took, took.length * each, nowMs() - began, cpu() - cpuBefore);
  }

  /** Goes through all items once, so many at a time. */
  async function runOver<T>(items: T[], each: number, one: (some: T[]) => Promise<unknown>): Promise<RawCost> {
    const took: number[] = [];
    const [began, cpuBefore] = [nowMs(), cpu()];
    for (let at = 0; at < items.length; at += each) {
      const before = nowMs();
      await one(items.slice(at, at + each));
      took.push(nowMs() - before);
    }
    return cost(took, items.length, nowMs() - began, cpu() - cpuBefore);
  }

  const mongo = await mongoose
    .createConnection(order.mongoUri, { maxPoolSize: Math.max(32, level), writeConcern: { w: 'majority' } })
    .asPromise();
  const kafka = connectKafka(order.brokers, 'cups-bench-raw');
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: order.topic, numPartitions: 3 }], waitForLeaders: true });
  await admin.disconnect();
  await producer.connect();
  try {
    const intake = mongo.useDb(order.from).collection<Stored>('applications');
    const sample = (await intake.findOne({ state: 'submitted' }))!;
    const copies = mongo.useDb(order.into).collection<Stored>('applications');
    const newId = () => randomBytes(13).toString('hex').toUpperCase();

    // The draft as it was opened, and what its submit adds.
    const { submissions, history, requests, dueDate, submitTime, ...rest } = sample;
    const draft = { ...rest, revision: 1, state: 'draft', submissions: [], history: [], requests: [], outbox: [] };
    const entry = {
      ...{ n: 1, id: newId(), topic: order.topic, key: sample._id, type: 'cups.intake.v1.ApplicationSubmitted' },
      ...{ subject: `applications/${sample._id}`, sequence: 1, time: new Date(), correlationId: newId() },
      ...{ causationId: '', contentType: 'application/protobuf', source: '/cups/intake', data: randomBytes(150) },
    };
    const step = {
      $set: { revision: 2, state: 'submitted', updateTime: new Date(), eventSeq: 1, outboxSeq: 1, submitTime, dueDate },
      $push: {
        submissions: (submissions as unknown[])[0],
        history: (history as unknown[]).at(-1),
        requests: (requests as unknown[]).at(-1),
        outbox: entry,
      },
    } as unknown as mongoose.mongo.UpdateFilter<Stored>;
    const drafts: string[] = [];
    const submitted: string[] = [];
    const insert = await run(async () => {
      const _id = newId();
      await copies.insertOne({ ...draft, _id } as unknown as Stored);
      drafts.push(_id);
    });
    let asked = 0;
    const find = await run(() => copies.findOne({ _id: drafts[(asked += 1) % drafts.length]! }));
    for (let spare = drafts.length * 2; spare > 0; spare -= 100) {
      const more = Array.from({ length: 100 }, () => ({ ...draft, _id: newId() }) as unknown as Stored);
      await copies.insertMany(more);
      drafts.push(...more.map(({ _id }) => _id));
    }
    const update = await run(async () => {
      const _id = drafts.pop();
      if (_id === undefined) throw new Error('There are more updates than drafts.');
      const { matchedCount } = await copies.updateOne({ _id, revision: 1 }, step);
      if (matchedCount === 1) submitted.push(_id);
    });
    // As the relay does it: the outboxes of many documents in one write, one write at a time.
    const pull = await runOver(submitted, level, (ids) =>
      copies.bulkWrite(
        ids.map((_id) => ({
          updateOne: {
            filter: { _id },
            update: { $pull: { outbox: { n: { $lte: 1 } } } } as unknown as mongoose.mongo.UpdateFilter<Stored>,
          },
        })),
        { ordered: false },
      ),
    );

    const value = Buffer.from(JSON.stringify((submissions as { content: object }[])[0]!.content));
    const headers = { ce_specversion: '1.0', ce_id: newId(), ce_type: 'md.cups.application.submitted.v1' };
    const message = () => ({ key: newId(), value, headers });
    const produce = await run(() => producer.send({ topic: order.topic, acks: -1, messages: [message()] }));
    const produceBatch = await run(
      () => producer.send({ topic: order.topic, acks: -1, messages: Array.from({ length: level }, message) }),
      level,
      1,
    );

    const client = new Client(`127.0.0.1:${order.grpcPort}`, credentials.createInsecure());
    const method =
      loadService<Record<string, MethodDefinition<object, object>>>('cups.intake.v1.IntakeService')['GetSubmission']!;
    const grpcEcho = await run(
      () =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(
            method.path,
            method.requestSerialize,
            method.responseDeserialize,
            { name: `applications/${sample._id}/submissions/1` },
            { deadline: Date.now() + 3_000 },
            (error, response) => (error ? reject(error) : resolve(response)),
          );
        }),
    );
    client.close();

    const agent = new Agent({ keepAlive: true, maxSockets: level });
    const httpEcho = await run(
      () =>
        new Promise<void>((resolve, reject) => {
          const call = httpRequest({ agent, port: order.httpPort, host: '127.0.0.1', method: 'POST' }, (answer) => {
            answer.resume();
            answer.on('end', resolve);
          });
          call.on('error', reject);
          call.end(value);
        }),
    );
    agent.destroy();
    return { grpcEcho, insert, update, pull, produce, produceBatch, find, httpEcho };
  } finally {
    await producer.disconnect();
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
