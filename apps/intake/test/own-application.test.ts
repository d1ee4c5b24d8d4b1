import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import { watchPersonHasher, PERSON_HASH_KEY_SET } from '@cups/rpc';
import type { PersonHasher } from '@cups/rpc';
import { idnp, person, silentLog } from '@cups/testing';
import { createIntake } from '../src/service.ts';
import { useIntake } from './world.ts';

/** Operators' own applications: the operator prepares it, and a colleague does every step after that. */

const intake = useIntake();
let hashes: PersonHasher;
beforeAll(() => {
  const file = join(intake.world.keysDir, PERSON_HASH_KEY_SET);
  hashes = watchPersonHasher({ file, required: true, log: silentLog });
});
/** A desk of the operator with the n-th person's IDNP. */
const deskOf = (n: number, centre = 'CU-001', inheritedCentres: string[] = []) =>
  intake.world.deskAt(intake.port, centre, {
    operator: `operators/person-${n}`,
    person: hashes.hash(idnp(n))!,
    inheritedCentres,
  });
const [ME, COLLEAGUE, OTHER] = [901, 902, 903];
const request = (name: string) => ({ requestId: randomUUID(), name });
/** The list row of an application. */
const rowOf = async (desk: ReturnType<typeof deskOf>, name: string) =>
  (await desk.listApplications({ pageSize: 200 })).applications.find((row) => row.name === name)!;
const REFUSED = expect.objectContaining({ reason: 'OWN_APPLICATION', kind: 'FORBIDDEN' });
const PREPARES = ['ACTION_EDIT', 'ACTION_WITHDRAW', 'ACTION_RENEW'];
const represented = (n: number) => ({
  represented: person(n),
  mandate: { kind: 'MANDATE_KIND_NOTARIAL' as const, reference: '77' },
  evidence: [
    { kind: 'identity-document', number: 'B1', originalSeen: true },
    { kind: 'power', verificationCode: 'V-1' },
  ],
});

describe('own application', () => {
  test('requires a colleague for every step after the draft', async () => {
    const [me, colleague] = [deskOf(ME), deskOf(COLLEAGUE)];
    const draft = await me.open(ME);
    expect(draft).toMatchObject({ ownApplication: true, allowedActions: PREPARES });
    await expect(me.submit(draft.name)).rejects.toEqual(REFUSED);
    await me.addNote({ ...request(draft.name), text: 'Please file it for me.' });

    const filed = await colleague.submit(draft.name);
    expect(filed).toMatchObject({ ownApplication: false, state: 'STATE_SUBMITTED' });
    const payment = { receiptNumber: 'CH-1', amount: { amountMinor: '11000', currencyCode: 'MDL' } };
    await expect(me.recordPayment({ ...request(draft.name), payment })).rejects.toEqual(REFUSED);
    await expect(me.withdrawApplication(request(draft.name))).rejects.toEqual(REFUSED);
    const row = await rowOf(me, draft.name);
    expect(row.allowedActions).toEqual([]);
    expect(JSON.stringify(row)).not.toContain(idnp(ME));
    const theirs = await rowOf(colleague, draft.name);
    expect(theirs.allowedActions).toEqual([
      'ACTION_WITHDRAW',
      'ACTION_RECORD_PAYMENT',
      'ACTION_CHOOSE_COLLECTION_CENTRE',
      'ACTION_CHANGE_CONTACT',
      'ACTION_CORRECT_SUBMISSION',
      'ACTION_SEND_MESSAGE',
    ]);
    expect((await me.history(draft.name)).map(({ kind, actor }) => [kind, actor])).toEqual([
      ['note', `operators/person-${ME}`],
      ['submit', `operators/person-${COLLEAGUE}`],
    ]);

    await colleague.withdrawApplication(request(draft.name));
    const correction = await me.open(ME, {}, { corrects: draft.name });
    await expect(me.submit(correction.name)).rejects.toEqual(REFUSED);
    const { application } = await me.withdrawApplication(request(correction.name));
    expect(application).toMatchObject({ state: 'STATE_WITHDRAWN' });
  });

  test('follows the represented person of each edit', async () => {
    const me = deskOf(ME);
    const draft = await me.open(OTHER);
    expect(draft.ownApplication).toBe(false);
    const edit = (app: Application__Output, content: object, updateFields: string[]) =>
      me.updateApplication({ ...request(app.name), etag: app.etag, content, updateFields });
    const fields = Object.keys(represented(ME));
    const { application: own } = await edit(draft, represented(ME), fields);
    expect(own).toMatchObject({ ownApplication: true, allowedActions: PREPARES });
    expect((await rowOf(me, draft.name)).allowedActions).toEqual(PREPARES);
    await expect(me.submit(draft.name)).rejects.toEqual(REFUSED);
    const { application: others } = await edit(own!, represented(COLLEAGUE), fields);
    expect(others!.ownApplication).toBe(false);
    expect(await me.submit(draft.name)).toMatchObject({ state: 'STATE_SUBMITTED' });
  });

  test('applies at a centre that inherited the application', async () => {
    const { name } = await deskOf(COLLEAGUE).open(ME);
    await expect(deskOf(ME, 'CU-003', ['CU-001']).submit(name)).rejects.toEqual(REFUSED);
    expect(await deskOf(COLLEAGUE, 'CU-003', ['CU-001']).submit(name)).toMatchObject({ state: 'STATE_SUBMITTED' });
  });

  test("skips the check if identity does not know the operator's IDNP", async () => {
    const { name } = await deskOf(ME).open(ME);
    expect(await intake.at().submit(name)).toMatchObject({ state: 'STATE_SUBMITTED' });
  });
});

test('requires the person hash keys in production', async () => {
  const { mongoUri } = intake.world.configOf();
  const config = intake.world.configOf({
    environment: 'production',
    mongoUri: `${mongoUri}?tls=true`,
    personHashKeysFile: '/nowhere/person-hash.jwks',
  });
  await expect(createIntake(config)).rejects.toThrow('PERSON_HASH_KEYS_FILE');
});
