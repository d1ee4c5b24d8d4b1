import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@cups/testing';
import { ASSERTION_TYPE, createAssertion, createTestKey, TOKEN_URL } from './agency-assertions.ts';
import type { Changes, TestKey } from './agency-assertions.ts';
import { problemWith, shareWorld } from './identity-world.ts';
import type { Identity, SharedWorld } from './identity-world.ts';

let world: SharedWorld;
/** A new agency for each test, so that limits do not depend on their order. */
let code: string;
let codes = 0;
let key: TestKey;

const keyFile = (): string => join(world.agencyKeysDir, `${code}.jwks.json`);
const publish = (...keys: TestKey[]): void =>
  writeFileSync(keyFile(), JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
const assertionOf = (changes?: Changes, by = key): string => createAssertion(code, by, new Date(), changes);
const issue = (
  clientAssertion: string,
  { of, ...more }: { of?: Identity; clientId?: string; clientAssertionType?: string } = {},
) =>
  world
    .client(undefined, of ? { of } : {})
    .issueAgencyToken({ clientAssertion, clientAssertionType: ASSERTION_TYPE, audience: TOKEN_URL, ...more });
const refusal = problemWith('UNAUTHENTICATED');
/** Returns the refusals in the log. Some precede the moment at which the keys are in force. */
const refusals = () =>
  world.log.lines.filter(({ event, agency }) => event === 'agency-token-refused' && agency === code);
/** Waits until the keys in the file are in force. */
const issueSoon = (by = key) => eventually(() => issue(assertionOf({}, by)).catch(() => undefined));

beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  codes += 1;
  code = `machine-${codes}`;
  key = createTestKey(`${code}-1`);
  world.newAgency(code, 'asp');
  publish(key);
});

describe('IssueAgencyToken', () => {
  test('returns a session of five minutes that every service reads', async () => {
    const { assertion, expiresIn } = await issueSoon();
    expect(expiresIn).toBe(300);
    for (const service of ['gateway', 'documents', 'intake'] as const) {
      const { expires, sid, ...session } = await world.keys.forService(service).verifySession(assertion);
      expect(session).toEqual({
        operator: `operators/agency.${code}`,
        roles: ['agency-system'],
        agency: `agencies/${code}`,
      });
      expect(sid).toMatch(/^[0-9A-Z]{26}$/);
      expect(Math.abs(expires.getTime() - Date.now() - 300_000)).toBeLessThan(30_000);
    }
  });

  test('returns a session that opens no method of people', async () => {
    const { assertion } = await issueSoon();
    const machine = world.client(assertion);
    const calls = [
      () => machine.getSession({}),
      () => machine.listSessions({}),
      () => machine.batchGetOperators({ names: ['operators/asp-clerk'] }),
      () => machine.listStaff({}),
    ];
    for (const call of calls) await expect(call()).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });

  test('accepts each assertion once, at two replicas at the same time and after a restart', async () => {
    await issueSoon();
    const second = await world.start();
    try {
      for (let round = 0; round < 5; round++) {
        const assertion = assertionOf();
        const tries = [world.identity, second, world.identity, second].map((of) => issue(assertion, { of }));
        const results = await Promise.allSettled(tries);
        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
        for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(refusal);
      }
    } finally {
      await second.stop();
    }
    const assertion = assertionOf();
    await issue(assertion);
    const third = await world.start();
    await expect(issue(assertion, { of: third })).rejects.toEqual(refusal);
    await third.stop();
  });

  test('accepts the same ID from two agencies', async () => {
    await issueSoon();
    const jti = 'the-same';
    await issue(assertionOf({ claims: { jti } }));
    await expect(issue(assertionOf({ claims: { jti } }))).rejects.toEqual(refusal);
    code = 'cnas';
    publish(key);
    await issueSoon();
    await issue(assertionOf({ claims: { jti } }));
    rmSync(keyFile());
  });

  test('refuses another assertion type, client or audience', async () => {
    await issueSoon();
    const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';
    await expect(issue(assertionOf(), { clientAssertionType })).rejects.toEqual(refusal);
    await expect(issue(assertionOf(), { clientId: 'mai' })).rejects.toEqual(refusal);
    await expect(issue(assertionOf({ claims: { aud: 'https://cups.example' } }))).rejects.toEqual(refusal);
    await issue(assertionOf(), { clientId: code });
  });

  test('is for the gateway only', async () => {
    await issueSoon();
    const intake = world.client(undefined, { from: 'intake' });
    const request = { clientAssertion: assertionOf(), clientAssertionType: ASSERTION_TYPE, audience: TOKEN_URL };
    await expect(intake.issueAgencyToken(request)).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });

  test('follows the keys in the folder and in the file of the agency without a restart', async () => {
    await issueSoon();
    const next = createTestKey(`${code}-2`, 'ES256');
    publish(key, next);
    await issueSoon(next);
    await issue(assertionOf());
    publish(next);
    await eventually(() =>
      issue(assertionOf()).then(
        () => false,
        () => true,
      ),
    );
    // An invalid file changes nothing, a deleted one ends its keys.
    writeFileSync(keyFile(), JSON.stringify({ keys: [next.privateKey.export({ format: 'jwk' })] }));
    await eventually(() =>
      world.log.lines.some(({ event, file }) => event === 'agency-key-file-refused' && file === `${code}.jwks.json`),
    );
    await issue(assertionOf({}, next));
    rmSync(keyFile());
    await eventually(() =>
      issue(assertionOf({}, next)).then(
        () => false,
        () => true,
      ),
    );
    const file = join(world.dataDir, 'agencies', `${code}.yaml`);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nkeys: [${JSON.stringify(key.jwk)}]\n`);
    await issueSoon();
  });

  test('ends with the file of the agency', async () => {
    await issueSoon();
    const file = join(world.dataDir, 'agencies', `${code}.yaml`);
    const text = readFileSync(file, 'utf8');
    rmSync(file);
    await eventually(() =>
      issue(assertionOf()).then(
        () => false,
        () => true,
      ),
    );
    writeFileSync(file, text);
    await issueSoon();
  });

  test('answers every refusal alike, logs its cause without the assertion, and counts it', async () => {
    await issueSoon();
    const before = refusals().length;
    const forged = [
      assertionOf({ claims: { aud: 'x' } }),
      assertionOf({ header: { kid: 'other' } }),
      assertionOf({ claims: { exp: 1 } }),
      assertionOf({ signature: () => 'A'.repeat(86) }),
    ];
    const texts = new Set<string>();
    for (const assertion of forged) {
      const error = (await issue(assertion).catch((problem: unknown) => problem)) as Error;
      texts.add(`${error.message} ${JSON.stringify(error)}`);
      expect(world.log.text()).not.toContain(assertion.split('.')[1]);
    }
    expect(texts.size).toBe(1);
    const lines = refusals().slice(before);
    expect(lines.map(({ reason }) => reason)).toEqual(['audience', 'key', 'expired', 'signature']);
    const metrics = await (await fetch(`http://127.0.0.1:${world.identity.httpPort}/metrics`)).text();
    expect(metrics).toMatch(
      new RegExp(`agency_tokens_total\\{agency="${code}",outcome="refused"[^}]*\\} ${before + 4}\n`),
    );
    expect(metrics).toMatch(new RegExp(`agency_tokens_total\\{agency="${code}",outcome="issued"[^}]*\\} \\d`));
  });

  test('limits the failures of an agency, which lock nobody out', async () => {
    await issueSoon();
    const before = refusals().length;
    const stranger = createTestKey(`${code}-1`);
    const reasons: unknown[] = [];
    for (let n = 0; n < 30; n++) {
      const failure = (await issue(assertionOf({}, stranger)).catch((problem: unknown) => problem)) as {
        reason: string;
      };
      reasons.push(failure.reason);
    }
    expect(reasons.filter((reason) => reason === 'UNAUTHENTICATED')).toHaveLength(20 - before);
    expect(reasons.filter((reason) => reason === 'RATE_LIMITED')).toHaveLength(10 + before);
    expect(refusals()).toHaveLength(20);
    await issue(assertionOf());
  });

  test('limits the tokens of an agency', async () => {
    await issueSoon();
    const results = await Promise.allSettled(Array.from({ length: 125 }, () => issue(assertionOf())));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(5);
    for (const { reason } of refused) expect(reason).toEqual(problemWith('RATE_LIMITED'));
  });
});
