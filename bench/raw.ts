import type { Platform } from '@cups/tools/platform';
import type mongoose from 'mongoose';
import { request } from './children.ts';
import type { Children } from './children.ts';
import type { DriversOrder } from './drivers.ts';
import type { RawCost, RawName } from './drivers/meter.ts';
import type { EchoOrder } from './echo.ts';

/** An application as intake stores it; only the copied fields. */
type Sample = Record<string, never> & { submissions: { content: object }[] };

/**
 * Measures each raw driver on this platform's store and Kafka, with an application of this run as sample.
 * @param level calls in flight
 */
export async function measureRawDrivers(
  platform: Platform,
  applications: mongoose.Collection<{ _id: string }>,
  children: Children,
  level: number,
  seconds: number,
): Promise<Record<RawName, RawCost>> {
  const sample = (await applications.findOne({ state: 'submitted' })) as unknown as Sample;
  const echo = children.fork('echo.ts');
  const { grpcPort, httpPort } = await request<{ grpcPort: number; httpPort: number }>(echo, createEchoOrder(sample));
  const { prefix, mongoUri, mongoTls, kafkaBrokers, kafkaAccess } = platform;
  const { kafka = 0, store = 0 } = platform.pids();
  const order: DriversOrder = {
    mongoUri,
    mongoTls,
    brokers: kafkaBrokers.split(','),
    signIn: kafkaAccess && {
      ca: kafkaAccess.ca?.() ?? '',
      username: kafkaAccess.username ?? '',
      password: kafkaAccess.password?.() ?? '',
    },
    from: `${prefix}cups-intake`,
    into: `${prefix}bench`,
    topic: `${prefix}bench-raw`,
    grpcPort,
    httpPort,
    level,
    seconds,
    pids: { echo: echo.pid!, kafka, store },
  };
  const answer = await request<{ raw?: Record<RawName, RawCost>; error?: string }>(children.fork('drivers.ts'), order);
  if (!answer.raw) throw new Error(`A raw driver failed: ${answer.error}`);
  return answer.raw;
}

/** Creates the echo server's responses: a submission for the bridge, and an application for the desk. */
function createEchoOrder(sample: Sample): EchoOrder {
  const { content } = sample.submissions[0]!;
  // Sealed bytes as text: a little longer than the content that they stand for.
  const answers = Buffer.from(JSON.stringify(content)).toString('base64');
  const submission = {
    name: `applications/${String(sample['_id'])}/submissions/1`,
    centre: sample['centre'],
    centreName: sample['centreName'],
    publicService: sample['publicService'],
    agency: sample['agency'],
    content: { answers },
  };
  return { submission, text: JSON.stringify({ ...sample, submissions: undefined, outbox: undefined }) };
}
