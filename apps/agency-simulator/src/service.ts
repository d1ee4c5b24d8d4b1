import type { AddressInfo } from 'node:net';
import { topicsOf } from '@cups/agency-contract';
import { createCases, createProgress, newCounts } from './cases.ts';
import type { Counts } from './cases.ts';
import type { Config } from './config.ts';
import { planByRules } from './domain/plan.ts';
import { createStatusServer } from './http.ts';
import { connect } from './kafka.ts';
import { createLog } from './log.ts';

export { BEHAVIOURS, DEMO_ENDINGS } from './domain/behaviour.ts';
export type { Behaviour, Rules } from './domain/behaviour.ts';
export { readConfig } from './config.ts';
export type { Config, Counts };

export type AgencySimulator = ReturnType<typeof createAgencySimulator>;

/** Stands in for agencies: consumes their requests and answers as the configured rules say. */
export function createAgencySimulator(config: Config) {
  const { prefix, agencies } = config;
  const silent = config.rules.only === 'silent';
  const agencyOf = new Map(agencies.map((agency) => [topicsOf(agency, prefix).requests, agency]));
  const repliesOf = new Map(agencies.map((agency) => [agency, topicsOf(agency, prefix).replies]));
  const counts = Object.fromEntries(agencies.map((agency) => [agency, newCounts()]));

  const log = createLog(config.quiet);

  const cases = createCases({
    counts,
    plan: (request, agency) => planByRules(request, agency, config),
    send: async (replies) =>
      connection.send(replies.map(({ agency, message }) => ({ ...message, topic: repliesOf.get(agency)! }))),
    onProgress: () => progress.soon(),
    onSendFailed: (error) => log('warn', 'replies wait', { reason: error.name }),
  });

  const progress = createProgress(cases, (offsets) => connection.commit(offsets), log);
  const connection = connect({
    brokers: config.brokers,
    clientId: `${prefix}agency-simulator`,
    groupId: `${prefix}agency-simulator`,
    consume: [...agencyOf.keys()],
    produce: silent ? [] : [...repliesOf.values()],
    counting: silent,
    onBatch: (topic, partition, messages) => {
      const agency = agencyOf.get(topic)!;
      if (silent) counts[agency]!.received += messages.length;
      else for (const message of messages) cases.take(agency, topic, partition, message);
    },
    log,
  });
  const http = createStatusServer(connection.ready, counts);
  const httpPort = (): number => (http.address() as AddressInfo).port;

  return {
    /** Resolves when HTTP is served; brokers and topics may come later. */
    async start(): Promise<void> {
      await new Promise<void>((resolve, reject) =>
        http.once('error', reject).listen(config.httpPort, config.host, resolve),
      );
      connection.start();
      log('info', 'started', { agencies, httpPort: httpPort() });
    },
    /** Sends what is in flight, notes how far it came, leaves. Replies not yet due are made by the next start. */
    async stop(): Promise<void> {
      await cases.stop();
      await progress.last();
      await connection.stop();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      log('info', 'stopped');
    },
    /** Whether requests are being consumed and replies can be sent. */
    ready: connection.ready,
    /** Copies of the counts, by agency. */
    counts: (): Record<string, Counts> => structuredClone(counts),
    /** The port of HTTP, once started. */
    httpPort,
  };
}
