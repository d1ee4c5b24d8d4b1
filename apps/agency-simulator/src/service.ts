import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { topicsOf } from '@cups/agency-contract';
import type { KafkaMessage } from 'kafkajs';
import { createCases, newCounts } from './cases.ts';
import type { Counts } from './cases.ts';
import type { Config } from './config.ts';
import { behaviourOf } from './domain/behaviour.ts';
import { planReplies } from './domain/plan.ts';
import { connect } from './kafka.ts';
import type { Connection, Log } from './kafka.ts';

export { BEHAVIOURS, DEMO_ENDINGS } from './domain/behaviour.ts';
export type { Behaviour, Rules } from './domain/behaviour.ts';
export { readConfig } from './config.ts';
export type { Config, Counts };

export type AgencySimulator = {
  /** Resolves when HTTP is served; brokers and topics may come later. */
  start(): Promise<void>;
  /** Sends what is in flight, notes how far it came, and leaves. Replies not yet due are made by the next start. */
  stop(): Promise<void>;
  /** Whether requests are being consumed and replies can be sent. */
  ready(): boolean;
  /** Copies of the counts, by agency. */
  counts(): Record<string, Counts>;
  /** The port of HTTP, once started. */
  httpPort(): number;
};

/** Stands in for agencies: consumes their requests and answers as the configured rules say. */
export function createAgencySimulator(config: Config): AgencySimulator {
  const { prefix, rules, seed } = config;
  const silent = rules.only === 'silent';
  const topics = config.agencies.map((agency) => ({ agency, ...topicsOf(agency, prefix) }));
  const agencyOf = new Map(topics.map(({ agency, requests }) => [requests, agency]));
  const repliesOf = new Map(topics.map(({ agency, replies }) => [agency, replies]));
  const counts = Object.fromEntries(config.agencies.map((agency) => [agency, newCounts()]));
  let connection: Connection | undefined;
  let noting: NodeJS.Timeout | undefined;

  const log: Log = (level, event, fields) => {
    if (config.quiet && level === 'info') return;
    const line = { time: new Date().toISOString(), level, service: 'agency-simulator', event, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };

  const cases = createCases({
    counts,
    plan: (request, agency) => {
      const { application, publicService } = request.data;
      const behaviour = behaviourOf(rules, seed, { application, agency, publicService: publicService.code });
      return planReplies(request, agency, behaviour, config);
    },
    send: async (replies) => {
      if (!connection) throw new Error('not started');
      await connection.send(replies.map(({ agency, message }) => ({ ...message, topic: repliesOf.get(agency)! })));
    },
    onProgress: () => (noting ??= setTimeout(() => void noteProgress(), 1000)),
    onSendFailed: (error) => log('warn', 'replies wait', { reason: error.name }),
  });

  async function noteProgress(): Promise<void> {
    clearTimeout(noting);
    noting = undefined;
    const offsets = cases.commitable();
    if (offsets.length === 0) return;
    try {
      await connection?.commit(offsets);
      cases.committed(offsets);
    } catch (error) {
      log('warn', 'progress not noted', { reason: (error as Error).name });
      noting ??= setTimeout(() => void noteProgress(), 5000);
    }
  }

  const onBatch = (topic: string, partition: number, messages: KafkaMessage[]): void => {
    const agency = agencyOf.get(topic)!;
    if (silent) counts[agency]!.received += messages.length;
    else for (const message of messages) cases.take(agency, topic, partition, message);
  };

  const metrics = (): string =>
    Object.entries(counts)
      .flatMap(([agency, of]) =>
        Object.entries(of).map(
          ([name, value]) => `cups_simulator_${name}${name === 'open' ? '' : '_total'}{agency="${agency}"} ${value}\n`,
        ),
      )
      .join('');
  const ready = (): boolean => connection?.ready() ?? false;
  const http = createServer((request, response) => {
    const answer = (status: number, text: string) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
    if (request.url === '/healthz') answer(200, 'ok\n');
    else if (request.url === '/readyz') answer(ready() ? 200 : 503, ready() ? 'ready\n' : 'waiting for Kafka\n');
    else if (request.url === '/metrics') answer(200, metrics());
    else answer(404, 'not found\n');
  });

  return {
    async start() {
      await new Promise<void>((resolve, reject) => http.once('error', reject).listen(config.httpPort, resolve));
      connection = connect({
        brokers: config.brokers,
        clientId: `${prefix}agency-simulator`,
        groupId: `${prefix}agency-simulator`,
        consume: topics.map(({ requests }) => requests),
        produce: silent ? [] : topics.map(({ replies }) => replies),
        counting: silent,
        onBatch,
        log,
      });
      log('info', 'started', { agencies: config.agencies, httpPort: (http.address() as AddressInfo).port });
    },
    async stop() {
      await cases.stop();
      if (!silent) await noteProgress();
      await connection?.stop();
      clearTimeout(noting);
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      log('info', 'stopped');
    },
    ready,
    counts: () => structuredClone(counts),
    httpPort: () => (http.address() as AddressInfo).port,
  };
}
