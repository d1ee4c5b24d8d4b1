import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { prepareKafkaClassPath } from '@cups/local';

/** Client of the Java Kafka library (Agency.java). It sends what kafkajs cannot, and reads topics without platform code. */

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** A message on a topic. */
export interface Message {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer>;
}
export interface StoredMessage extends Message {
  topic: string;
  partition: number;
  offset: number;
}

export interface AgencyClient {
  /** Resolves with `ok` or the class of the error; never rejects. */
  send(topic: string, message: Message, compression?: Compression): Promise<string>;
  /** Sends a compressed batch of a few hundred bytes that unpacks into very many records, or one very large record. */
  bomb(topic: string, kind: 'empty' | 'large', size: number): Promise<string>;
  stop(): Promise<void>;
}

const FLAGS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog4j2.level=OFF'];
const SOURCE = join(import.meta.dirname, 'Agency.java');
const text = (bytes: Buffer | null): string => (bytes === null ? '-' : bytes.toString('base64'));
const bytes = (field: string): Buffer | null => (field === '-' ? null : Buffer.from(field, 'base64'));

/** Starts a sender process, which ends with this one. */
export async function startAgencyClient(brokers: string): Promise<AgencyClient> {
  const args = [...FLAGS, '-cp', await prepareKafkaClassPath(), SOURCE, 'send', brokers];
  const child = spawn('java', args, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<string, (answer: string) => void>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => waiting.forEach((resolve) => resolve('the sender has ended')));
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [id = '', answer = ''] = line.split('\t');
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  let orders = 0;
  const order = (...fields: (string | number)[]): Promise<string> =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve('the sender has ended');
      const id = String((orders += 1));
      waiting.set(id, resolve);
      child.stdin.write(`${[id, ...fields].join('\t')}\n`);
    });
  return {
    send(topic, { key, value, headers }, compression = 'none') {
      const packed = Object.entries(headers).map(([name, header]) => `${name}=${text(header)}`);
      return order('message', compression, topic, text(key), text(value), packed.join(','));
    },
    bomb: (topic, kind, size) => order(kind, 'gzip', topic, size),
    async stop() {
      child.stdin.end();
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Reads topics from beginning to end without a consumer group, in the order of each partition. */
export async function readTopics(brokers: string, topics: readonly string[]): Promise<StoredMessage[]> {
  const args = [...FLAGS, '-cp', await prepareKafkaClassPath(), SOURCE, 'read', brokers, ...topics];
  const child = spawn('java', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const all: StoredMessage[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [topic = '', partition, offset, key = '-', value = '-', packed = ''] = line.split('\t');
    const headers = Object.fromEntries(
      packed
        .split(',')
        .filter(Boolean)
        .map((header) => [
          header.slice(0, header.indexOf('=')),
          bytes(header.slice(header.indexOf('=') + 1)) ?? Buffer.alloc(0),
        ]),
    );
    all.push({
      topic,
      partition: Number(partition),
      offset: Number(offset),
      key: bytes(key),
      value: bytes(value),
      headers,
    });
  }
  if ((await code) !== 0) throw new Error('the topics could not be read');
  return all;
}
