import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventCodec, toTimestamp } from '@cups/contracts/proto';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import { connectKafka, ensureTopics } from '@cups/events';
import { createJournal } from '@cups/store';
import { createEvent, testInfrastructure, publishEvents } from '@cups/testing';
import { openStores } from '../cli/backup/documents.ts';
import type { StoredService } from '../cli/backup/documents.ts';
import { findGaps } from '../cli/backup/gaps.ts';
import type { ConsumerAccount } from '../cli/backup/gaps.ts';
import {
  computeLag,
  setGroupOffsets,
  findSubscriptions,
  readPositions,
  readGroupPositions,
  rewind,
} from '../cli/backup/positions.ts';
import type { GroupPosition } from '../cli/backup/positions.ts';

/** Returns the entry of the suspension of a member of staff, under its number. */
function suspension(id: string, sequence: number) {
  const name = `operators/${id}`;
  const { type, data } = createJournal('identity')({
    ...{ document: name, key: id, resource: name, action: 'suspend-staff', actor: 'services/ops' },
    ...{ ground: 'operations', result: 'done' },
  });
  return createEvent({
    topic: 'cups.journal.identity',
    key: id,
    subject: name,
    type,
    sequence,
    data: Buffer.from(data),
  });
}

/** Consumers that are ahead of their stores: what they passed is found again in Kafka, or named. */

const root = join(import.meta.dirname, '../..');
const identityEvents = eventCodec<IdentityEvents>('cups.identity.v1');

describe('findGaps', () => {
  const at = (sequence: number, offset: number) => ({ sequence, partition: 0, offset });
  const account = (given: Partial<ConsumerAccount>): ConsumerAccount =>
    Object.assign({ counted: 1, given: 3, published: [], outbox: [], parked: [], held: [] }, given);
  const NEXT = 10;

  test.each<[string, Partial<ConsumerAccount>, { again: number[]; lost: number[] }]>([
    ['is still to come', { published: [at(1, 0), at(2, 10), at(3, 11)] }, { again: [], lost: [] }],
    ['was passed, and is read again', { published: [at(2, 5), at(3, 11)] }, { again: [5], lost: [] }],
    ['was passed and comes once more', { published: [at(2, 5), at(2, 12), at(3, 13)] }, { again: [], lost: [] }],
    ['was passed twice: its last place does', { published: [at(2, 5), at(2, 7), at(3, 11)] }, { again: [7], lost: [] }],
    ['waits in the outbox', { outbox: [2, 3] }, { again: [], lost: [] }],
    ['is put aside behind one that was passed', { published: [at(2, 5)], parked: [3] }, { again: [5], lost: [] }],
    [
      'is put aside though its turn has come',
      { published: [at(2, 5), at(3, 11)], parked: [2] },
      { again: [5], lost: [] },
    ],
    ['waits for an operator', { held: [2, 3] }, { again: [], lost: [] }],
    ['is nowhere', { published: [at(1, 0), at(3, 11)] }, { again: [], lost: [2] }],
    ['was given and never published', { published: [at(1, 0)] }, { again: [], lost: [2, 3] }],
    ['is known by Kafka alone', { given: 0, published: [at(2, 5)] }, { again: [5], lost: [] }],
    ['is nothing', { counted: 3, published: [at(2, 5)] }, { again: [], lost: [] }],
  ])('%s', (_what, given, expected) => {
    const { again, lost } = findGaps(account(given), () => NEXT);
    expect({ again: again.map(({ offset }) => offset), lost }).toEqual(expected);
  });
});

test('finds every service group with its topic and no agency group', () => {
  const topics = ['cups.applications', 'cups.mandates', 'cups.deliveries', 'cups.documents', 'cups.centres'];
  const agency = ['training.replies', 'training.requests', 'agency.asp.replies', 'agency.asp.requests'];
  const readings = findSubscriptions(
    [...topics, ...agency].map((name) => `t-${name}`),
    't-',
  );
  expect(readings.map(({ group, topic }) => `${group} ${topic}`)).toEqual([
    't-documents t-cups.applications',
    't-agency-bridge t-cups.applications',
    't-notifications t-cups.applications',
    't-identity t-cups.applications',
    't-intake t-cups.mandates',
    't-notifications t-cups.mandates',
    't-intake t-cups.deliveries',
    't-intake t-cups.documents',
    't-agency-bridge-documents t-cups.documents',
    't-agency-bridge-training t-training.replies',
    't-agency-bridge-replies-asp t-agency.asp.replies',
  ]);
});

describe('a platform with groups ahead of its stores', () => {
  const { mongoUri, brokers, prefix } = testInfrastructure();
  const parts = { mongoUri, brokers, prefix };
  const IDS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
  let stores: Awaited<ReturnType<typeof openStores>>;

  beforeAll(async () => {
    stores = await openStores(parts);
    await ensureTopics({ brokers, prefix, partitions: 3, agencies: ['asp'] });
    const numbered = (id: string, sequence: number) =>
      createEvent({
        topic: 'cups.applications',
        key: id,
        subject: `applications/${id}`,
        type: `cups.intake.v1.${sequence === 1 ? 'ApplicationSubmitted' : 'ApplicationDecided'}`,
        sequence,
      });
    await publishEvents(
      parts,
      IDS.flatMap((id) => [1, 2, 3].filter((n) => id !== 'C' || n !== 2).map((n) => numbered(id, n))),
    );
    await publishEvents(parts, [
      createEvent({
        topic: 'cups.documents',
        key: 'D',
        subject: 'documents/1',
        type: 'cups.documents.v1.DocumentChecked',
        sequence: 1,
      }),
      createEvent({
        topic: 'agency.asp.replies',
        key: 'applications/A',
        subject: 'deliveries/A-asp',
        type: 'md.cups.reply.decided.v1',
        id: 'reply-1',
      }),
    ]);
  });
  afterAll(() => stores.close());

  const toTheirEnds = async () => {
    const standings = await readGroupPositions(parts);
    const ends = standings.map(({ group, topic, partition, high }) => ({
      group,
      topic,
      partition,
      offset: String(high),
    }));
    await setGroupOffsets(parts, ends);
  };
  const of = (standings: GroupPosition[], group: string) => standings.filter((one) => one.group === prefix + group);
  const lag = async () => computeLag(await readGroupPositions(parts), ['agency-bridge', 'notifications']);

  test('rewinds its groups to the backup, unlisted partitions to the beginning', async () => {
    // At least: what Kafka is slow to acknowledge may be there twice.
    const count = of(await readGroupPositions(parts), 'notifications').reduce((sum, { high }) => sum + high, 0);
    expect(count).toBeGreaterThanOrEqual(23);
    expect((await lag())['notifications']).toBe(count);
    await toTheirEnds();
    expect(await lag()).toEqual({ 'agency-bridge': 0, notifications: 0 });
    const standings = of(await readGroupPositions(parts), 'notifications');
    const [listed, ...others] = standings.filter(({ high }) => high > 1);
    expect(others.length).toBeGreaterThan(0);

    const { cluster, ends } = await readPositions(parts, ['notifications']);
    const { group, topic, partition } = listed!;
    const groups = [{ group, topic, partition, offset: '1' }];
    expect(await rewind(parts, { cluster, groups, ends }, ['notifications'])).toBe(true);
    const after = of(await readGroupPositions(parts), 'notifications');
    expect(after.map(({ partition: at, next }) => [at, next])).toEqual(
      standings.map((one) => [one.partition, one.topic === topic && one.partition === partition ? 1 : 0]),
    );
    expect(await lag()).toEqual({ 'agency-bridge': 0, notifications: count - 1 });
  }, 120_000);

  test('is repaired from Kafka and outboxes, and lost events are named', async () => {
    const counted = { A: 1, B: 3, C: 1, D: 3, E: 3, F: 3, G: 3, H: 3 };
    const collection = (service: StoredService, name: string) =>
      stores.database(service).collection<{ _id: string } & Record<string, unknown>>(name);
    await collection('intake', 'applications').insertMany(
      IDS.map((_id) => {
        // Of B, event 4 waits in its outbox.
        const outbox = _id === 'B' ? [{ n: 4, sequence: 4 }] : [];
        // D refers to a document whose check intake has passed, and to one whose check is nowhere.
        const documents = [
          { name: 'documents/1', state: 'uploading' },
          { name: 'documents/2', state: 'checking' },
        ];
        const references = _id === 'D' ? { documents } : {};
        const own = { _id, eventSeq: _id === 'B' ? 4 : 3, outbox, submissions: [{ number: 1 }], revision: 1 };
        return Object.assign(own, references);
      }),
    );
    await collection('notifications', 'threads').insertMany(
      Object.entries(counted).map(([_id, applications]) => ({ _id, lastSeqs: { applications } })),
    );
    await collection('notifications', 'parkedEvents').insertOne({
      _id: '/cups/test|A3',
      kind: 'gap',
      subject: 'applications/A',
      sequence: 3,
    });
    await collection('agency-bridge', 'deliveries').insertMany(
      IDS.map((id) => ({
        _id: `${id}-asp`,
        application: `applications/${id}`,
        eventSeq: 0,
        lastSeqs: { [`applications/${id}`]: 3 },
        messages: [],
      })),
    );
    await collection('documents', 'documents').insertMany(
      ['1', '2'].map((_id) => ({ _id, application: 'applications/D', state: 'ready', eventSeq: 1, revision: 1 })),
    );
    // The store of identity is older than the revocation that it has published.
    const active = { state: 'active', eventSeq: 1, revision: 1, revocations: [] };
    await collection('identity', 'mandates').insertOne({ _id: 'M', ...active });
    const ref = { mandate: 'mandates/M', centre: 'centres/CU-001', application: '', training: false };
    const revokeTime = new Date('2026-11-30T10:00:00.000Z');
    // It is older than a suspension too.
    const ana = '01jdy6mrg0aaaaaaaaaaaaaaaa';
    const staff = { status: 'active', workplaces: [], platformRoles: ['supervisor'], history: [] };
    await collection('identity', 'operators').insertOne({ _id: ana, ...staff, revision: 1, journalSeq: 1 });
    await publishEvents(parts, [suspension(ana, 2)]);
    await publishEvents(
      parts,
      ['Granted', 'Revoked'].map((step, n) =>
        createEvent({
          topic: 'cups.mandates',
          key: 'M',
          subject: 'mandates/M',
          type: `cups.identity.v1.Mandate${step}`,
          sequence: n + 1,
          data: identityEvents.encode({
            type: 'cups.identity.v1.MandateRevoked',
            data: { ref, revokeTime: toTimestamp(revokeTime), publicServices: [], themes: ['family'], whole: true },
          }),
        }),
      ),
    );
    await toTheirEnds();
    const env = Object.assign({}, process.env, {
      MONGODB_URI: mongoUri,
      KAFKA_BROKERS: brokers.join(),
      CUPS_PREFIX: prefix,
    });
    const repair = () =>
      spawnSync(
        join(root, 'node_modules/.bin/node'),
        ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'restore', 'repair'],
        { encoding: 'utf8', env },
      );
    const { stdout, stderr, status } = repair();
    expect(stderr).toBe('');
    expect(stdout).toContain('lost  applications/C  notifications  events 2 are in no store and no topic\n');
    expect(stdout).toContain('lost  documents/2  intake  events 1 are in no store and no topic\n');
    expect(stdout).toContain('2 subjects have lost events');
    expect(stdout).toContain('intake: 1 documents have events to publish when it starts\n');
    expect(stdout).toContain('1 documents continue after the counted sequence\n');
    expect(stdout).toContain('revoked  mandates/M  the revocation of 2026-11-30T10:00:00.000Z is applied again\n');
    expect(await collection('identity', 'mandates').findOne({ _id: 'M' })).toMatchObject({
      ...{ eventSeq: 2, state: 'revoked', timer: null },
      revocations: [{ time: revokeTime, whole: true, scope: { publicServices: [], themes: ['family'] } }],
    });
    expect(stdout).toMatch(new RegExp(`^applied {2}operators/${ana} {2}suspension of \\S+$`, 'm'));
    const suspended = await collection('identity', 'operators').findOne({ _id: ana });
    expect(suspended).toMatchObject({ status: 'suspended', journalSeq: 2, history: [{ action: 'suspended' }] });
    expect(status).toBe(1);

    const standings = await readGroupPositions(parts);
    const behind = standings.filter(({ next, high }) => next < high);
    // Event 2 of A, in the one partition where it lies; and the reply of the agency.
    const read = await eventsFrom(of(behind, 'notifications'));
    expect(read[0]).toBe('applications/A 2');
    // The events of D, which documents reads for its facts, and the check of its document.
    const groups = ['agency-bridge-replies-asp', 'documents', 'intake', 'notifications'].map((group) => prefix + group);
    expect(behind.map(({ group }) => group).sort()).toEqual(groups);
    expect(behind.find(({ group }) => group === `${prefix}intake`)!.topic).toBe(`${prefix}cups.documents`);

    // As the services would do it: what is there is counted, and only the lost one stays.
    await collection('notifications', 'threads').updateOne({ _id: 'A' }, { $set: { 'lastSeqs.applications': 3 } });
    await collection('agency-bridge', 'deliveries').updateOne({ _id: 'A-asp' }, { $set: { messages: ['reply-1'] } });
    await collection('documents', 'applications').insertOne({ _id: 'D' });
    await collection('intake', 'applications').updateOne({ _id: 'D' }, { $set: { 'documents.0.state': 'ready' } });
    const aside = { kind: 'gap', subject: 'applications/C', sequence: 3 };
    await collection('notifications', 'parkedEvents').insertOne(Object.assign({ _id: '/cups/test|C3' }, aside));
    await toTheirEnds();
    const again = repair().stdout;
    expect(again).not.toMatch(/^again|^applied/m);
    expect(await collection('identity', 'operators').findOne({ _id: ana })).toEqual(suspended);
    expect(again).toContain('lost  applications/C');

    // Kafka lost its folder after the request of A was sent, and a store was lost whole.
    const sendTime = new Date();
    const sent = { agency: 'asp', state: 'queued', sent: true, submission: 1, sendTime };
    await collection('agency-bridge', 'deliveries').updateOne({ _id: 'A-asp' }, { $set: sent });
    for (const name of ['threads', 'parkedEvents']) await collection('notifications', name).deleteMany({});
    const { stdout: absent, status: absentStatus } = repair();
    expect(absent).toContain('empty  notifications  8 applications are missing: restore its store with --only');
    expect(absent).toContain(
      `unsent  deliveries/A-asp  submission 1 is in no topic and not acknowledged: npm run cups -- replay --agency asp --since ${sendTime.toISOString()}`,
    );
    expect(absent).not.toContain('Complete');
    expect(absentStatus).toBe(1);
  }, 120_000);

  /** Returns subjects and numbers from the group's position on, in one partition. */
  async function eventsFrom([standing]: GroupPosition[]): Promise<string[]> {
    const { topic, partition, next, high } = standing!;
    const consumer = connectKafka(brokers, 'test').consumer({ groupId: `${prefix}look`, maxWaitTimeInMs: 100 });
    const found: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage({ partition: from, message }) {
          if (from !== partition || Number(message.offset) < next) return Promise.resolve();
          const text = (name: string) => String(message.headers?.[name]);
          found.push(`${text('ce_subject')} ${text('ce_sequence')}`);
          if (Number(message.offset) >= high - 1) resolve();
          return Promise.resolve();
        },
      });
      consumer.seek({ topic, partition, offset: String(next) });
      await promise;
      return found;
    } finally {
      await consumer.disconnect();
    }
  }
});
