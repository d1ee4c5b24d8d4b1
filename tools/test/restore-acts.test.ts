import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ReceivedEvent } from '@cups/contracts';
import { JOURNAL_ACTIONS } from '@cups/contracts/journal';
import { eventCodec, toTimestamp } from '@cups/contracts/proto';
import type { IdentityEvents, IdentityEvent } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import { buildTopics } from '@cups/events';
import { createJournal } from '@cups/store';
import { testInfrastructure } from '@cups/testing';
import { describeLostActs, findLostActs } from '../cli/backup/acts.ts';
import { ACT_COVER, EVENT_COVER, TOPIC_COVER } from '../cli/backup/coverage.ts';
import { openStores } from '../cli/backup/documents.ts';
import type { PublishedAct } from '../cli/backup/entries.ts';
import { applyMandateEnds, compareMandates, createMandateCollector, describeMandates } from '../cli/backup/mandates.ts';
import { buildAct } from './published-act.ts';

/** Acknowledged writes that a restored store lacks: each kind is covered, applied again or named. */

const root = join(import.meta.dirname, '../..');

describe('each kind of write is covered by check and repair', () => {
  test('events: the messages of each events.proto with the reference of its AnyEvent', () => {
    const folder = join(root, 'proto/cups');
    const types = readdirSync(folder).flatMap((service) => {
      const file = join(folder, service, 'v1/events.proto');
      if (!existsSync(file)) return [];
      const text = readFileSync(file, 'utf8').replaceAll(/\/\/.*$/gm, '');
      const name = /^package ([\w.]+);/m.exec(text)![1]!;
      const messages = [...text.matchAll(/^message (\w+) \{\s*([\w.]+ \w+ = 1;)/gm)];
      const first = messages.find(([, message]) => message === 'AnyEvent')?.[2];
      return messages
        .filter(([, message, field]) => message !== 'AnyEvent' && field === first)
        .map(([, message]) => `${name}.${message}`);
    });
    expect(types.length).toBeGreaterThan(30);
    expect(Object.keys(EVENT_COVER).sort()).toEqual(types.sort());
  });

  test('acts: the actions of the journal', () => {
    expect(Object.keys(ACT_COVER).sort()).toEqual(Object.keys(JOURNAL_ACTIONS).sort());
  });

  test('topics', () => {
    const topics = buildTopics('', { partitions: 1, agencies: ['{agency}'] }).map(({ name }) => name);
    expect(Object.keys(TOPIC_COVER).sort()).toEqual(topics.sort());
  });
});

describe('acts that a store lacks', () => {
  const lines = (acts: PublishedAct[], numbers: Record<string, number> = {}) =>
    describeLostActs(findLostActs(acts, new Map(Object.entries(numbers)), new Set(['page-agency'])));

  test('are named once for each document, without those that something repeats', () => {
    const acts = [
      buildAct('applications/A', 1, 'open'),
      buildAct('applications/A', 2, 'edit'),
      buildAct('applications/A', 3, 'edit'),
      buildAct('applications/A', 3, 'edit'),
      buildAct('applications/A', 4, 'record-payment'),
      buildAct('applications/A', 5, 'approved'),
    ];
    expect(lines(acts, { 'intake applications/A': 1 })).toEqual([
      'acts  applications/A  intake  edit (2), record-payment  last 1970-01-01T00:00:05.000Z',
    ]);
    expect(lines(acts, { 'intake applications/A': 4 })).toEqual([]);
  });

  test('are named of documents that are missing, with the resource that they are about', () => {
    const restricted = buildAct('applications/A', 1, 'restrict-processing');
    const acted = buildAct('quarantinedActs/Q', 1, 'quarantine-act', { resource: 'applications/A' });
    const removed = [acted, buildAct('quarantinedActs/Q', 2, 'release-act')];
    expect(lines([restricted, acted])).toEqual([
      'acts  applications/A  intake  restrict-processing  last 1970-01-01T00:00:01.000Z: an entry holds no reason of a restriction',
      'acts  quarantinedActs/Q  intake  applications/A  quarantine-act  last 1970-01-01T00:00:01.000Z',
    ]);
    expect(lines(removed)).toEqual([]);
  });

  test('are not named of what is erased again, and replies only without topics', () => {
    expect(lines([buildAct('applications/A', 2, 'note'), buildAct('applications/A', 3, 'erase-application')])).toEqual(
      [],
    );
    const reply = (agency: string) =>
      buildAct(`deliveries/A-${agency}`, 1, 'record-reply', { service: 'agency-bridge' });
    expect(lines([reply('asp'), reply('page-agency')])).toEqual([
      'acts  deliveries/A-page-agency  agency-bridge  record-reply  last 1970-01-01T00:00:01.000Z',
    ]);
  });
});

describe('mandates of an older store', () => {
  const { mongoUri, prefix } = testInfrastructure();
  let stores: Awaited<ReturnType<typeof openStores>>;
  beforeAll(async () => void (stores = await openStores({ mongoUri, prefix })));
  afterAll(() => stores.close());

  const codec = eventCodec<IdentityEvents>('cups.identity.v1');
  const at = (second: number) => new Date(second * 1000);
  const received = (id: string, sequence: number, more: Partial<ReceivedEvent>): ReceivedEvent => ({
    ...{ id: `${id}-${sequence}`, topic: 'cups.mandates', source: '/cups/identity', type: '', key: id, sequence },
    ...{ subject: `mandates/${id}`, time: at(sequence), correlationId: `${id}-${sequence}`, causationId: '' },
    ...{ contentType: 'application/protobuf', extra: {}, data: Buffer.alloc(0), partition: 0, offset: '0' },
    ...more,
  });
  const refOf = (id: string) => ({
    mandate: `mandates/${id}`,
    centre: 'centres/CU-001',
    application: '',
    training: false,
  });
  const event = (id: string, sequence: number, given: { type: string; data: object }) => {
    const data = codec.encode({
      type: given.type,
      data: { ref: refOf(id), ...given.data },
    } as unknown as IdentityEvent);
    return received(id, sequence, { type: given.type, data });
  };
  const granted = (id: string) => event(id, 1, { type: 'cups.identity.v1.MandateGranted', data: {} });
  const revoked = (id: string, sequence: number, publicServices: string[], whole: boolean) =>
    event(id, sequence, {
      type: 'cups.identity.v1.MandateRevoked',
      data: { revokeTime: toTimestamp(at(sequence)), publicServices, themes: [], whole },
    });
  const expired = (id: string, sequence: number) =>
    event(id, sequence, { type: 'cups.identity.v1.MandateExpired', data: { expireTime: toTimestamp(at(sequence)) } });
  const entry = (id: string, sequence: number, action: 'revoke-mandate' | 'erase-mandate', actor: string) => {
    const name = `mandates/${id}`;
    const ground = 'person-request' as const;
    const made = createJournal('identity')({
      ...{ document: name, key: id, resource: name, action, actor, ground, result: 'done' },
    });
    const own = { topic: 'cups.journal.identity', type: made.type, subject: made.subject };
    return received(id, sequence, { ...own, data: Buffer.from(made.data) });
  };

  test('end again with the actor of the journal, and missing ones are named', async () => {
    const [W, P, E, K, N, G] = ['W', 'P', 'E', 'K', 'N', 'G'].map((letter) => `01JDY6MRG0${letter.repeat(16)}`) as [
      ...[string, string, string, string, string, string],
    ];
    const { take, published } = createMandateCollector();
    const ofW = [granted(W), revoked(W, 2, ['publicServices/a'], false), revoked(W, 3, ['publicServices/b'], true)];
    const others = [granted(P), revoked(P, 2, ['publicServices/a'], false), granted(E), expired(E, 2), granted(K)];
    for (const one of [...ofW, ...ofW, ...others, granted(N), granted(G)]) take(one);
    take(entry(W, 2, 'revoke-mandate', 'operators/ana'));
    take(entry(W, 3, 'revoke-mandate', 'applicant'));
    take(entry(G, 2, 'erase-mandate', 'services/identity'));

    const mandates = stores.database('identity').collection<{ _id: string } & Record<string, unknown>>('mandates');
    const own = { state: 'active', revision: 4, eventSeq: 1, timer: { kind: 'expire' }, revocations: [] };
    const known = { scope: { publicServices: ['a'], themes: [] }, time: at(2), whole: false, receipt: 'r' };
    await mandates.insertMany([
      { _id: W, ...own, supportingCode: { mail: 'sealed', delivery: 'pending' } },
      // An earlier repair has raised its number and left it active.
      { _id: P, ...own, eventSeq: 2 },
      { _id: E, ...own },
      { _id: K, ...own, revocations: [known] },
    ]);
    const read = async () => (await mandates.find().toArray()) as unknown as Parameters<typeof compareMandates>[0];
    const found = compareMandates(await read(), published);
    expect(describeMandates(found, false)).toEqual([
      `active  mandates/${W}  the partial revocation of 1970-01-01T00:00:02.000Z is not applied: run restore repair`,
      `active  mandates/${W}  the revocation of 1970-01-01T00:00:03.000Z is not applied: run restore repair`,
      `active  mandates/${P}  the partial revocation of 1970-01-01T00:00:02.000Z is not applied: run restore repair`,
      `active  mandates/${E}  the end of 1970-01-01T00:00:02.000Z is not applied: run restore repair`,
      `granted  mandates/${N}  centres/CU-001  general  1970-01-01T00:00:01.000Z: its text and people are in no store; the person grants it again`,
    ]);
    await applyMandateEnds(stores, found.unapplied, published.actors);
    const part = (service: string) => ({ publicServices: [service], themes: [] });
    expect(await mandates.findOne({ _id: W })).toMatchObject({
      ...{ state: 'revoked', timer: null, revision: 5, supportingCode: { delivery: 'unavailable' } },
      revocations: [
        { scope: part('a'), time: at(2), actor: 'operators/ana', whole: false, receipt: `${W.slice(-10)}-1` },
        { scope: part('b'), time: at(3), actor: 'applicant', whole: true, receipt: `${W.slice(-10)}-2` },
      ],
    });
    expect(await mandates.findOne({ _id: W })).not.toHaveProperty('supportingCode.mail');
    expect(await mandates.findOne({ _id: P })).toMatchObject({ state: 'active', timer: own.timer });
    expect(await mandates.findOne({ _id: E })).toMatchObject({ state: 'expired', expireTime: at(2), timer: null });
    expect(await mandates.findOne({ _id: K })).toEqual({ _id: K, ...own, revocations: [known] });
    expect(compareMandates(await read(), published).unapplied).toEqual([]);
    await mandates.deleteMany({});
  });
});
