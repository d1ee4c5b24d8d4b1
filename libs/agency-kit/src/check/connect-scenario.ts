import { CENTRES_TOPIC, topicsOf } from '@cups/agency-contract';
import { Kafka, logLevel } from 'kafkajs';
import type { BrokerTarget } from '../platform.ts';
import { reasonOf, toSecurityConfig } from '../sign-in.ts';
import { Finding, ScenarioSkipped } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** The scenario of who an agency's system is to the broker. */
export const CONNECT_SCENARIO: Scenario = {
  name: 'connects',
  title: 'The user of your system signs in, and finds its two topics and the centres',
  async play(bench) {
    const { target } = bench;
    if (!target.systemAccess)
      throw new ScenarioSkipped('--system-user names nobody, and there is no sandbox that would know');
    const { requests, replies } = topicsOf(target.agency, target.prefix);
    for (const topic of [requests, replies, `${target.prefix}${CENTRES_TOPIC}`]) {
      const problem = await findConnectionError(target, topic);
      if (problem) throw new Finding('CONNECT', `${target.systemAccess.username} does not find ${topic}: ${problem}.`);
    }
  },
};

/** Why the user of the agency does not find a topic; undefined when it does. */
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
