import { describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

/** Requirements of a service version, from the catalog to the submission. */

const scene = useIntake();
const { at } = scene;
const identity = { kind: 'identity-document', number: 'B1', originalSeen: true };
const notarial = { kind: 'MANDATE_KIND_NOTARIAL', reference: 'N-1' } as const;

describe('requirements of a service version', () => {
  test('requires a document only for its kind of mandate', async () => {
    const { name } = await at().open(1, { mandate: notarial });
    await expect(at().submit(name)).rejects.toMatchObject({ reason: 'APPLICATION_INCOMPLETE' });
    const kinship = await at().open(2, { mandate: { kind: 'MANDATE_KIND_KINSHIP', reference: 'K-1' } });
    expect((await at().submit(kinship.name)).state).toBe('STATE_SUBMITTED');
  });

  test('accepts a verification code where the rule allows it', async () => {
    const evidence = [identity, { kind: 'power', verificationCode: 'MP-2026-7' }];
    const app = await at().open(3, { mandate: notarial, evidence });
    expect(app.content?.evidence[1]).toMatchObject({ verificationCode: 'MP-2026-7', originalSeen: false });
    expect((await at().submit(app.name)).state).toBe('STATE_SUBMITTED');
    const codeOnly = [{ kind: 'identity-document', verificationCode: 'X' }];
    const refused = await at().open(4, { evidence: codeOnly });
    await expect(at().submit(refused.name)).rejects.toMatchObject({ reason: 'APPLICATION_INCOMPLETE' });
  });

  test('keeps an inapplicable answer in the draft and does not file it', async () => {
    const answers = (given: object) => Buffer.from(JSON.stringify(given));
    const read = (bytes: Buffer | undefined) => JSON.parse(String(bytes)) as unknown;
    const typed = answers({ grave: 'A 12', act: 'birth', note: 'da' });
    const draft = await at().open(7, { answers: typed });
    expect(read(draft.content?.answers)).toEqual({ grave: 'A 12', act: 'birth', note: 'da' });
    const filed = await at().submit(draft.name);
    expect(read(filed.content?.answers)).toEqual({ act: 'birth', note: 'da' });
    const bridge = scene.world.clientAt(scene.port, 'agency-bridge');
    const { content } = await bridge.getSubmission({ name: `${draft.name}/submissions/1` });
    expect(String(content?.answers)).toBe('{"act":"birth","note":"da"}');
  });

  test('compares dates with the day of filing in Chisinau', async () => {
    scene.world.clock.now = new Date('2026-03-10T22:30:00Z');
    const day = (date: string) => ({ answers: Buffer.from(JSON.stringify({ act: 'birth', day: date })) });
    const { name } = await at().open(9, day('2026-03-12'));
    await expect(at().submit(name)).rejects.toMatchObject({
      violations: [{ field: '/answers/day', rule: 'NOT_AFTER', params: { other: 'today' } }],
    });
    expect((await at().submit((await at().open(10, day('2026-03-11'))).name)).state).toBe('STATE_SUBMITTED');
    scene.world.clock.now = undefined;
  });

  test("offers a country's fee only at its centres", async () => {
    scene.world.centres['CU-022'] = { country: 'US' };
    scene.world.centres['CU-018'] = { country: 'IT' };
    const abroad = await at('CU-022').open(5, { costOption: 'consular' });
    expect((await at('CU-022').submit(abroad.name)).state).toBe('STATE_SUBMITTED');
    const elsewhere = await at('CU-018').open(6, { costOption: 'consular' });
    await expect(at('CU-018').submit(elsewhere.name)).rejects.toMatchObject({ reason: 'APPLICATION_INCOMPLETE' });
  });
});
