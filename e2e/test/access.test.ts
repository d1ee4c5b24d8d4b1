import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadService } from '@cups/contracts/proto';
import { isProblem } from '@cups/problem';
import { connect, openKeys } from '@cups/rpc';
import type { Keys, Role, ServiceName, Session } from '@cups/rpc';
import { prefix } from '@cups/testing';
import { openDesk } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { isTheirs, MODEL, verdictOn } from './access-model.ts';
import type { Verdict } from './access-model.ts';
import { filing } from './filing.ts';

/**
 * The model of access held against the services as they run: every method with everybody, and many tries at random. A supervisor
 * sees by the bridge that an application exists and how it fares, and by no method what is in it.
 */

/** As many as `npm test` has time for; CUPS_ACCESS_TRIES=100000 makes more. */
const TRIES = Number(process.env['CUPS_ACCESS_TRIES'] ?? 20_000);
const AT_ONCE = 48;
const NAMES: Readonly<Record<string, string>> = {
  intake: 'cups.intake.v1.IntakeService',
  'agency-bridge': 'cups.agencybridge.v1.AgencyBridgeService',
  notifications: 'cups.notifications.v1.NotificationsService',
  catalog: 'cups.catalog.v1.CatalogService',
  identity: 'cups.identity.v1.IdentityService',
};
const CALLERS: ServiceName[] = [
  'gateway',
  'intake',
  'agency-bridge',
  'notifications',
  'catalog',
  'identity',
  'operator',
];
const ROLES: Role[] = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk'];
const CENTRES = ['CU-001', 'CU-002', 'CU-003', 'CU-004'];
/** What the door says, beside whom it turns away for other reasons. */
const DOOR = /may not call this method|role does not allow|session of an? (centre|agency) is needed/;

type Call = (request: object, context: { sessionToken?: string }) => Promise<object>;
type Client = Record<string, Call> & { close(): void };

const dataDir = mkdtempSync(join(tmpdir(), 'cups-access-'));
const keys = new Map<ServiceName, Keys>();
const clients = new Map<string, Client>();
let platform: Platform;
/** By centre: a draft, and one that was filed. */
const applications: { name: string; centre: string; filed: boolean }[] = [];

const keysOf = (service: ServiceName): Keys => {
  const known = keys.get(service) ?? openKeys({ dir: join(dataDir, 'keys'), service });
  keys.set(service, known);
  return known;
};
const clientOf = (service: string, from: ServiceName): Client => {
  const name = `${from} ${service}`;
  const address = platform.addresses()[service]!;
  const to = { address, keys: keysOf(from), service: service as ServiceName, timeoutMs: 10_000 };
  const known = clients.get(name) ?? (connect(NAMES[service]!, to) as unknown as Client);
  clients.set(name, known);
  return known;
};
const sessionOf = (roles: Role[], more: Partial<Session> = {}): { session: Session; token: string } => {
  const expires = new Date(Date.now() + 3_600_000);
  const session: Session = Object.assign({ operator: 'operators/test', roles, sid: randomUUID(), expires }, more);
  return { session, token: keysOf('identity').signSession(session) };
};
const methodsOf = (service: string): string[] => Object.keys(loadService(NAMES[service]!));
const callOf = (client: Client, method: string): Call => client[method[0]!.toLowerCase() + method.slice(1)]!;

beforeAll(async () => {
  // Plain calls: who holds which certificate is proved elsewhere, and here one process speaks for all services.
  const env = { GRPC_TLS_DIR: '', REQUEST_BUDGET_MS: '60000' };
  platform = await startPlatform({ port: 0, dataDir, prefix: prefix(), open: true, env });
  for (const [at, centre] of CENTRES.entries()) {
    const desk = await openDesk(platform.url, `${centre.toLowerCase()}-specialist`);
    for (const filed of [false, true]) {
      const { body } = await desk.call<Application>('POST', '/applications', {
        body: filing(at * 2 + Number(filed), 'ZQ'),
      });
      if (filed) await desk.call('POST', `/applications/${body.id}/submit`);
      applications.push({ name: `applications/${body.id}`, centre: `centres/${centre}`, filed });
    }
  }
}, 120_000);
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await platform.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What became of a call at the door. */
async function verdictOf(call: Promise<object>): Promise<Verdict> {
  try {
    await call;
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (error.reason === 'UNAUTHENTICATED' && /session is needed/.test(error.message)) return 'not signed in';
    if (error.reason === 'PERMISSION_DENIED' && DOOR.test(error.message)) return 'denied';
  }
  return 'let in';
}

test('the model names every method of every service, and no other', () => {
  for (const service of Object.keys(NAMES)) {
    expect([service, Object.keys(MODEL[service]!).sort()]).toEqual([service, methodsOf(service).sort()]);
  }
});

test('every method lets in whom the model lets in: by caller, role, and whose session it is', async () => {
  const people = [
    undefined,
    ...ROLES.flatMap((role) => [
      sessionOf([role]),
      sessionOf([role], { centre: 'centres/CU-001' }),
      sessionOf([role], { agency: 'agencies/asp' }),
    ]),
  ];
  const wrong: string[] = [];
  let tried = 0;
  for (const [service, rules] of Object.entries(MODEL)) {
    for (const [method, rule] of Object.entries(rules)) {
      const tries = CALLERS.flatMap((caller) => people.map((person) => ({ caller, person })));
      await Promise.all(
        tries.map(async ({ caller, person }) => {
          const context = person ? { sessionToken: person.token } : {};
          const found = await verdictOf(callOf(clientOf(service, caller), method)({}, context));
          const expected = verdictOn(rule, caller, person?.session);
          const who = `${caller} for ${person?.session.roles.join() ?? 'nobody'}`;
          if (found !== expected) wrong.push(`${service}.${method} by ${who}: ${found}, expected ${expected}`);
          tried += 1;
        }),
      );
    }
  }
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(6000);
}, 180_000);

/** Methods that name one application, and what they are asked with. */
const ABOUT_ONE: Readonly<Record<string, (name: string) => object>> = {
  GetApplication: (name) => ({ name }),
  ListApplicationActions: (name) => ({ name }),
  ListLooks: (name) => ({ name }),
  GetApplicationFile: (name) => ({ name }),
  // Refused by their etag, so that nothing changes, when the application is there.
  WithdrawApplication: (name) => ({ name, requestId: randomUUID(), etag: '"0"', reason: 'applicant' }),
  AddNote: (name) => ({ name, requestId: randomUUID(), etag: '"0"', text: 'x' }),
};

test(`of ${TRIES} tries at random none is answered otherwise than the model says`, async () => {
  let seed = 20_261_126;
  const below = (n: number): number => {
    // A generator of its own, so that a try that failed is tried again by the same number.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const code = () => `centres/CU-${String(1 + below(60)).padStart(3, '0')}`;
  const people = Array.from({ length: 3000 }, () => {
    const takesOver = below(8) === 0 ? { takesOver: [code(), code()] } : {};
    const place = [{ centre: code() }, { agency: pick(['agencies/asp', 'agencies/cnas']) }, {}][below(5)] ?? {
      centre: code(),
    };
    return sessionOf([pick(ROLES)], Object.assign({}, place, takesOver));
  });
  const wrong: string[] = [];
  const seen = { theirs: 0, absent: 0, denied: 0 };
  let tried = 0;
  const worker = async () => {
    while (tried < TRIES) {
      tried += 1;
      const method = pick(Object.keys(ABOUT_ONE));
      const { name, centre } = pick(applications);
      const { session, token } = pick(people);
      const caller = below(20) === 0 ? pick(CALLERS) : 'gateway';
      const door = verdictOn(MODEL['intake']![method]!, caller, session);
      const expected = door !== 'let in' ? 'denied' : isTheirs(session, centre) ? 'theirs' : 'absent';
      const call = callOf(clientOf('intake', caller), method)(ABOUT_ONE[method]!(name), { sessionToken: token });
      const found = await call.then(
        () => 'theirs',
        (error: unknown) => {
          const { reason = '' } = error as { reason?: string };
          const words: Record<string, string> = {
            PERMISSION_DENIED: 'denied',
            NOT_FOUND: 'absent',
            ETAG_STALE: 'theirs',
          };
          return words[reason] ?? reason;
        },
      );
      seen[expected] += 1;
      if (found !== expected) wrong.push(`${method} of ${centre} by ${caller} as ${JSON.stringify(session)}: ${found}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(TRIES / 400);
}, 600_000);
