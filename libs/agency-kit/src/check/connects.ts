import { CENTRES_TOPIC, topicsOf } from '@cups/agency-contract';
import { Kafka, logLevel } from 'kafkajs';
import type { Place } from '../platform.ts';
import { reasonOf, securityOf } from '../sign-in.ts';
import { Finding, Skipped } from './finding.ts';
import type { Scenario } from './scenario.ts';

/** The scenario of who an agency's system is to the broker. */
export const CONNECTS: Scenario = {
  name: 'connects',
  title: 'The user of your system signs in, and finds its two topics and the centres',
  async play(stage) {
    const { place } = stage;
    if (!place.system) throw new Skipped('--system-user names nobody, and there is no sandbox that would know');
    const { requests, replies } = topicsOf(place.agency, place.prefix);
    for (const topic of [requests, replies, `${place.prefix}${CENTRES_TOPIC}`]) {
      const trouble = await troubleWith(place, topic);
      if (trouble) throw new Finding('CONNECT', `${place.system.username} does not find ${topic}: ${trouble}.`);
    }
  },
};

/** Why the user of the agency does not find a topic; undefined when it does. */
async function troubleWith({ brokers, system }: Place, topic: string): Promise<string | undefined> {
  const kafka = new Kafka({
    ...securityOf(system!),
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
