import { setTimeout as pause } from 'node:timers/promises';
import { CENTRES_TOPIC, CHECKPOINTS_TOPIC, topicsOf } from '@cups/agency-contract';
import { Kafka, logLevel } from 'kafkajs';
import type { Access } from '../sign-in.ts';
import { reasonOf, toSecurityConfig } from '../sign-in.ts';
import type { filesOf, SandboxFile } from './sandbox-file.ts';

/** Maximum time the broker takes to apply stored ACLs. */
const TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 100;

/**
 * Waits until each user of a sandbox has its rights: the broker confirms ACLs before it applies them.
 * @throws Error after 30 s
 */
export async function awaitRights(
  { brokers, ca, user, passwordFile, agencies }: SandboxFile,
  filesOfAgency: (agency: string) => ReturnType<typeof filesOf>,
): Promise<void> {
  const all = agencies.flatMap((agency) => Object.values(topicsOf(agency)));
  await awaitUserRights(
    brokers,
    { caFile: ca, username: user, passwordFile },
    [...all, CENTRES_TOPIC, CHECKPOINTS_TOPIC],
    'cups-agency.ready',
  );
  for (const agency of agencies) {
    const { user: username, password } = filesOfAgency(agency);
    const topics = [...Object.values(topicsOf(agency)), CENTRES_TOPIC, CHECKPOINTS_TOPIC];
    await awaitUserRights(brokers, { caFile: ca, username, passwordFile: password }, topics, `${agency}.ready`);
  }
}

/** Waits until a user can describe these topics and this group. */
async function awaitUserRights(broker: string, access: Access, topics: string[], group: string): Promise<void> {
  const brokers = [broker];
  const kafka = new Kafka({
    ...toSecurityConfig(access),
    clientId: 'cups-agency-sandbox',
    brokers,
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin({ retry: { retries: 0 } });
  const end = Date.now() + TIMEOUT_MS;
  try {
    await admin.connect();
    for (;;) {
      const problem = await findError(() =>
        Promise.all([admin.fetchTopicMetadata({ topics }), admin.describeGroups([group])]),
      );
      if (problem === undefined) return;
      if (Date.now() > end)
        throw new Error(`The broker did not apply the rights of ${access.username} within 30 s: ${problem}.`);
      await pause(POLL_INTERVAL_MS);
    }
  } finally {
    await admin.disconnect();
  }
}

async function findError(request: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await request();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
