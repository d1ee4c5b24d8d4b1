import { CENTRES_TOPIC, topicsOf } from '@cups/agency-contract';
import { Kafka, logLevel } from 'kafkajs';
import type { BrokerTarget } from '../platform.ts';
import { reasonOf, toSecurityConfig } from '../sign-in.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** Checks that the agency's user can sign in to the broker and has its rights. */
export const CONNECT_SCENARIO: Scenario = {
  name: 'connects',
  channel: 'kafka',
  title: 'The user of your system signs in and can describe its topics and cups.centres',
  async play(bench) {
    const { target } = bench;
    if (!('brokers' in target) || !target.systemAccess)
      throw new ScenarioSkipped('--system-user is not set, and there is no sandbox');
    const { requests, replies } = topicsOf(target.agency, target.prefix);
    for (const topic of [requests, replies, `${target.prefix}${CENTRES_TOPIC}`]) {
      const problem = await findConnectionError(target, topic);
      if (problem)
        throw new Finding('CONNECT', `${target.systemAccess.username} cannot describe ${topic}: ${problem}.`);
    }
  },
};

/** Returns why the agency's user cannot describe a topic, or undefined if it can. */
async function findConnectionError(
  { brokers, systemAccess: system }: BrokerTarget,
  topic: string,
): Promise<string | undefined> {
  const kafka = new Kafka({
    ...toSecurityConfig(system!),
    clientId: 'cups-agency',
    brokers,
    connectionTimeout: 3_000,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: [topic] });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
