import { Agent, request as httpRequest } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadService } from '@cups/contracts/proto';
import { createTopicsAndWait } from '@cups/local';
import { Partitioners } from 'kafkajs';
import type { Kafka } from 'kafkajs';
import type { Meter, RawCost } from './meter.ts';
import { newId } from './store.ts';

/** Kafka: one message per call, and all in flight in one call, as the relay does. */
export async function measureKafka(meter: Meter, kafka: Kafka, topic: string, value: Buffer) {
  const admin = kafka.admin();
  await admin.connect();
  await createTopicsAndWait(admin, [{ topic, numPartitions: 3 }]);
  await admin.disconnect();
  const createPartitioner = Partitioners.DefaultPartitioner;
  const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner });
  await producer.connect();
  try {
    const headers = { ce_specversion: '1.0', ce_id: newId(), ce_type: 'md.cups.application.submitted.v1' };
    const messages = (count: number) => Array.from({ length: count }, () => ({ key: newId(), value, headers }));
    const send = (count: number) => producer.send({ topic, acks: -1, messages: messages(count) });
    const produce = await meter.run(() => send(1));
    const produceBatch = await meter.run(() => send(meter.level), meter.level, 1);
    return { produce, produceBatch };
  } finally {
    await producer.disconnect();
  }
}

type Method = MethodDefinition<object, object>;

/** gRPC: one GetSubmission call to the echo server. */
export async function measureGrpc(meter: Meter, port: number, application: string): Promise<RawCost> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const service = loadService<Record<string, Method>>('cups.intake.v1.IntakeService');
  const { path, requestSerialize, responseDeserialize } = service['GetSubmission']!;
  const asked = { name: `applications/${application}/submissions/1` };
  const call = () =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + 3_000;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, asked, { deadline }, (error, answer) =>
        error ? reject(error) : resolve(answer),
      );
    });
  try {
    return await meter.run(call);
  } finally {
    client.close();
  }
}

/** HTTP: one POST to the echo server. */
export async function measureHttp(meter: Meter, port: number, body: Buffer): Promise<RawCost> {
  const agent = new Agent({ keepAlive: true, maxSockets: meter.level });
  const call = () =>
    new Promise<void>((resolve, reject) => {
      const request = httpRequest({ agent, port, host: '127.0.0.1', method: 'POST' }, (answer) => {
        answer.resume();
        answer.on('end', resolve);
      });
      request.on('error', reject);
      request.end(body);
    });
  try {
    return await meter.run(call);
  } finally {
    agent.destroy();
  }
}
