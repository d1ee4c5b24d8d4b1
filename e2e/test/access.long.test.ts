import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadService } from '@cups/contracts/proto';
import { isProblem } from '@cups/problem';
import { AGENCY_SESSION_SECONDS, createAgencySession, connect, openKeys } from '@cups/rpc';
import type { Keys, Role, ServiceName, Session } from '@cups/rpc';
import { uniquePrefix } from '@cups/testing';
import { openDesk, waitUntil } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { createContent, filing, idnp, publicServices } from '@cups/tools/filings';
import type { Centre, PublicService } from '@cups/tools/filings';
import { grantMandate, revokeMandate } from '@cups/tools/mandates';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { ACCESS_MODEL, OWNERSHIP_RULES, evaluateRule } from './access-model.ts';
import type { TargetVisibility, AccessVerdict } from './access-model.ts';
import { OWN_SESSION_ATTEMPTS, ACCESS_ATTEMPTS as SHARED } from './access-attempts.ts';
import type { SubmittedTarget } from './access-attempts.ts';

/**
 * Compares the access model with the running services: every method with every caller, and many random attempts.
 * A supervisor sees through the bridge that an application exists and its progress, but never its content.
 */

/** CUPS_ACCESS_TRIES=100000 runs more. */
const ATTEMPT_COUNT = Number(process.env['CUPS_ACCESS_TRIES'] ?? 20_000);
const CONCURRENCY = 48;
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  intake: 'cups.intake.v1.IntakeService',
  documents: 'cups.documents.v1.DocumentsService',
  'agency-bridge': 'cups.agencybridge.v1.AgencyBridgeService',
  notifications: 'cups.notifications.v1.NotificationsService',
  journal: 'cups.journal.v1.JournalService',
  catalog: 'cups.catalog.v1.CatalogService',
  identity: 'cups.identity.v1.IdentityService',
};
const CALLERS: ServiceName[] = [
  'gateway',
  'intake',
  'documents',
  'agency-bridge',
  'notifications',
  'journal',
  'catalog',
  'identity',
  'ops',
];
const ROLES: Role[] = ['specialist', 'centre-manager', 'supervisor', 'support', 'agency-clerk'];
const DESK_ROLES: Role[] = ['specialist', 'centre-manager'];
const CENTRES = ['CU-001', 'CU-002', 'CU-003', 'CU-004'];
const AGENCIES = ['agencies/asp', 'agencies/cnas', 'agencies/mai'];
/** Messages of an access denial, in contrast to other errors. */
const DENIAL_MESSAGE = /may not call this method|role does not allow|session must belong to an? (centre|agency)/;

type Call = (request: object, context: { sessionToken?: string }) => Promise<object>;
type Client = Record<string, Call> & { close(): void };

const dataDir = mkdtempSync(join(tmpdir(), 'cups-access-'));
const keys = new Map<ServiceName, Keys>();
const clients = new Map<string, Client>();
let platform: Platform;
let criminalRecord: PublicService;
/** An application in each possible state, at each centre. */
const targets: SubmittedTarget[] = [];
/** Operators with real sessions. */
const signedIn: { session: Session; token: string }[] = [];

const keysFor = (service: ServiceName): Keys => {
  const known = keys.get(service) ?? openKeys({ dir: join(dataDir, 'keys'), service });
  keys.set(service, known);
  return known;
};
const clientFor = (service: string, from: ServiceName): Client => {
  const name = `${from} ${service}`;
  const address = platform.addresses()[service]!;
  const to = { address, keys: keysFor(from), service: service as ServiceName, timeoutMs: 10_000 };
  const known = clients.get(name) ?? (connect(SERVICE_NAMES[service]!, to) as unknown as Client);
  clients.set(name, known);
  return known;
};
const createSession = (roles: Role[], more: Partial<Session> = {}): { session: Session; token: string } => {
  const expires = new Date(Date.now() + 3_600_000);
  const session: Session = Object.assign({ operator: 'operators/test', roles, sid: randomUUID(), expires }, more);
  return { session, token: keysFor('identity').signSession(session) };
};
/** Returns a session of the machine of an agency, with a new token each time: it ends after five minutes. */
const createMachine = (agency: string): { session: Session; readonly token: string } => {
  const create = () => {
    const expires = new Date(Date.now() + AGENCY_SESSION_SECONDS * 1000);
    return createAgencySession(agency.slice('agencies/'.length), { sid: randomUUID(), expires });
  };
  return {
    session: create(),
    get token() {
      return keysFor('identity').signSession(create());
    },
  };
};
const listMethods = (service: string): string[] => Object.keys(loadService(SERVICE_NAMES[service]!));
const findMethod = (client: Client, method: string): Call => client[method[0]!.toLowerCase() + method.slice(1)]!;

beforeAll(async () => {
  // Plaintext calls: certificates have their own tests, and one process acts as all services here.
  const env = { GRPC_TLS_DIR: '', REQUEST_BUDGET_MS: '60000' };
  platform = await startPlatform({ port: 0, dataDir, prefix: uniquePrefix(), open: true, env });
  const services = await publicServices(platform.url);
  criminalRecord = services.find(({ code }) => code === 'criminal-record')!;
  await Promise.all(CENTRES.map(submitAtCentre));
  await Promise.all(CENTRES.map(signIn));
}, 120_000);
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await platform.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Ways of an application: the ID ending, which instructs the agency simulator, and the final state. */
const APPLICATION_STATES = [
  { ending: 'ZQ', state: 'draft' },
  { ending: 'ZN', state: 'withdrawn' },
  { ending: 'ZN', state: 'submitted' },
  { ending: 'ZD', state: 'documents-requested' },
  { ending: 'ZQ', state: 'ready' },
  { ending: 'ZR', state: 'rejected' },
  { ending: 'ZQ', state: 'handed-over' },
];

/** Creates an application for each way, with the same people at every centre. */
async function submitAtCentre(centre: string): Promise<void> {
  const desk = await openDesk(platform.url, `${centre.toLowerCase()}-specialist`);
  const where = await desk.call<Centre>('GET', `/centres/${centre}`);
  for (const [n, way] of APPLICATION_STATES.entries()) {
    // Alternates between two agencies.
    const record = { publicService: 'criminal-record', ...createContent(n, where.body, criminalRecord) };
    const content = n % 2 === 0 ? {} : record;
    const request = Object.assign(filing(n, way.ending), content, { mandate: { kind: 'own-presence' } });
    const mandate = await grantMandate(desk, request);
    request.mandate = mandate;
    const { body } = await desk.call<Application>('POST', '/applications', { body: request });
    const filed = way.state !== 'draft';
    if (filed) await advanceTo(desk, `/applications/${body.id}`, way.state);
    const { id, agency, trackingNumber } = body;
    const known = { id, agency, trackingNumber, filed, centre: `centres/${centre}`, state: way.state, idnp: idnp(n) };
    const notice = filed ? await findPrintableNotice(desk, id) : '';
    targets.push(Object.assign(known, { notice, mandate: mandate.name }));
  }
}

async function advanceTo(desk: Desk, path: string, state: string): Promise<void> {
  await desk.call('POST', `${path}/submit`);
  const waitForState = (expected: string) =>
    waitUntil(
      async () => (await desk.call<Application>('GET', path)).body.state,
      (current) => current === expected,
      `${path} is ${expected}`,
      30,
    );
  if (state === 'withdrawn') return void (await desk.call('POST', `${path}/withdraw`, { body: { reason: 'x' } }));
  if (state !== 'handed-over') return void (await waitForState(state));
  await waitForState('ready');
  const body = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B00000001' };
  await desk.call('POST', `${path}/hand-over`, { body });
}

/** Returns a printable notice. */
async function findPrintableNotice(desk: Desk, id: string): Promise<string> {
  const found = await waitUntil(
    () => desk.call<Notices>('GET', `/applications/${id}/notices`).catch(() => ({ body: { notices: [] } as Notices })),
    ({ body }) => Boolean(body.notices[0]?.text),
    `${id} has a notice`,
    30,
  );
  return found.body.notices[0]!.name;
}
interface Notices {
  notices: { name: string; text: string }[];
}

/** Signs in a manager with a real session in identity. */
async function signIn(centre: string): Promise<void> {
  const create = findMethod(clientFor('identity', 'gateway'), 'CreateSession');
  const proof = { provider: 'local', operator: `operators/${centre.toLowerCase()}-manager` };
  const { assertion } = (await create(proof, {})) as { assertion: string };
  signedIn.push({ token: assertion, session: await keysFor('gateway').verifySession(assertion) });
}

/** Returns the access decision of a call. */
async function observeVerdict(call: Promise<object>): Promise<AccessVerdict> {
  try {
    await call;
  } catch (error) {
    if (!isProblem(error)) throw error;
    if (error.reason === 'UNAUTHENTICATED' && /requires a session/.test(error.message)) return 'not signed in';
    if (error.reason === 'PERMISSION_DENIED' && DENIAL_MESSAGE.test(error.message)) return 'denied';
  }
  return 'let in';
}

test('the model covers exactly the methods of all services', () => {
  for (const service of Object.keys(SERVICE_NAMES)) {
    expect([service, Object.keys(ACCESS_MODEL[service]!).sort()]).toEqual([service, listMethods(service).sort()]);
  }
});

test('every method admits exactly the callers, roles and session scopes of the model', async () => {
  const people = [
    undefined,
    ...ROLES.flatMap((role) => [
      createSession([role]),
      createSession([role], { centre: 'centres/CU-001' }),
      createSession([role], { agency: 'agencies/asp' }),
    ]),
    createMachine('agencies/asp'),
  ];
  const mismatches: string[] = [];
  let tried = 0;
  for (const [service, rules] of Object.entries(ACCESS_MODEL)) {
    for (const [method, rule] of Object.entries(rules)) {
      const tries = CALLERS.flatMap((caller) => people.map((person) => ({ caller, person })));
      await Promise.all(
        tries.map(async ({ caller, person }) => {
          const context = person ? { sessionToken: person.token } : {};
          const found = await observeVerdict(findMethod(clientFor(service, caller), method)({}, context));
          const expected = evaluateRule(rule, caller, person?.session);
          const who = `${caller} for ${person?.session.roles.join() ?? 'nobody'}`;
          if (found !== expected) mismatches.push(`${service}.${method} by ${who}: ${found}, expected ${expected}`);
          tried += 1;
        }),
      );
    }
  }
  expect(mismatches).toEqual([]);
  expect(tried).toBeGreaterThan(6000);
}, 180_000);

/** Returns a seeded generator, so that a failed attempt can be repeated by its seed. */
function createRandom(seed: number) {
  let state = seed;
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return { below, pick: <T>(from: readonly T[]): T => from[below(from.length)]! };
}

/**
 * Returns random sessions of all roles: half at the target's owner, the others anywhere, some with inherited centres.
 */
function createSessions({ below, pick }: ReturnType<typeof createRandom>) {
  const code = () => `centres/${below(2) === 0 ? pick(CENTRES) : `CU-${String(1 + below(60)).padStart(3, '0')}`}`;
  return Array.from({ length: 3000 }, () => {
    if (below(20) === 0) return createMachine(pick(AGENCIES));
    const inherited = below(8) === 0 ? { inheritedCentres: [code(), code()] } : {};
    const place = [{ centre: code() }, { agency: pick(AGENCIES) }, {}][below(5)] ?? { centre: code() };
    return createSession([pick([...ROLES, ...DESK_ROLES])], Object.assign({}, place, inherited));
  });
}

/**
 * Visibility implied by an error: a stale revision, a missing request ID or a closed centre is reported to authorised
 * callers only.
 */
const VISIBILITY_BY_REASON: Readonly<Record<string, TargetVisibility>> = {
  PERMISSION_DENIED: 'denied',
  NOT_FOUND: 'absent',
  ETAG_STALE: 'theirs',
  REQUEST_ID_INVALID: 'theirs',
  CENTRE_NOT_OPEN: 'theirs',
  ACTION_NOT_ALLOWED: 'theirs',
  STALE_REPLICA: 'theirs',
  SERVICE_NOT_FILEABLE: 'theirs',
};

/** Revokes all mandates of a centre, until a draft that names one cannot be filed any longer. */
async function endMandates(centre: string): Promise<void> {
  const desk = await openDesk(platform.url, `${centre.toLowerCase()}-specialist`);
  const theirs = targets.filter((thing) => thing.centre === `centres/${centre}`);
  for (const { mandate } of theirs) await revokeMandate(desk, { name: mandate });
  const draft = `/applications/${theirs.find(({ state }) => state === 'draft')!.id}`;
  await waitUntil(
    async () => (await desk.call<Application>('GET', draft)).body.deskAlerts ?? [],
    (alerts) => alerts.some(({ kind }) => kind === 'mandate-revoked'),
    'the alert of the revocation',
    60,
  );
  await expect(desk.call('POST', `${draft}/submit`)).rejects.toThrow('MANDATE_REVOKED');
}

test('every method with an owned resource is attempted', () => {
  const tried = [...SHARED, ...OWN_SESSION_ATTEMPTS].map(({ method }) => method).sort();
  expect(tried).toEqual(Object.keys(OWNERSHIP_RULES).sort());
});

test(`${ATTEMPT_COUNT} random attempts match the model`, async () => {
  const random = createRandom(20_261_126);
  const { below, pick } = random;
  const people = createSessions(random);
  /** Grouped by method, so that one error hides no other. */
  const mismatches = new Map<string, string>();
  const seen = new Set<string>();
  let tried = 0;
  const attempt = async () => {
    const isOwn = below(20) === 0;
    const { service, method, ask, holds } = pick(isOwn ? OWN_SESSION_ATTEMPTS : SHARED);
    const { session, token } = pick(isOwn ? signedIn : people);
    // Half of the attempts target possibly visible resources, which are fewer.
    const near = targets.filter(({ centre, agency }) => centre === session.centre || agency === session.agency);
    const thing = pick(near.length > 0 && below(2) === 0 ? near : targets);
    const caller = below(20) === 0 ? pick(CALLERS) : 'gateway';
    const other = pick(signedIn.filter((operator) => operator.token !== token)).session.sid;
    const door = evaluateRule(ACCESS_MODEL[service]![method]!, caller, session);
    const expected = door === 'let in' ? OWNERSHIP_RULES[method]!(session, thing) : 'denied';
    const call = findMethod(clientFor(service, caller), method)(ask(thing, { session: other }), {
      sessionToken: token,
    });
    const found = await call.then(
      (answer) => (holds?.(answer as never, session, { thing, all: targets }) === false ? 'more or less' : 'theirs'),
      ({ reason = 'broken' }: { reason?: string }) => VISIBILITY_BY_REASON[reason] ?? reason,
    );
    seen.add(`${method} ${expected}`);
    const what = `${method} of ${thing.centre}, ${thing.agency} (${thing.state})`;
    if (found !== expected)
      mismatches.set(method, `${what} by ${caller} as ${JSON.stringify(session)}: ${found}, not ${expected}`);
  };
  const worker = async () => {
    while ((tried += 1) <= ATTEMPT_COUNT) {
      // The people at the first centre end their mandates while the attempts run. Nobody sees more or less then.
      if (tried === Math.floor(ATTEMPT_COUNT / 2)) await endMandates(CENTRES[0]!);
      await attempt();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  expect([...mismatches.values()]).toEqual([]);
  // No application of the attempts is collected at another centre, so nobody may see one there.
  const nobodys = ['GetCollection', 'ConfirmCollectionArrival', 'HandOverCollection'];
  const wanted = (method: string) => [
    `${method} denied`,
    `${method} ${nobodys.includes(method) ? 'absent' : 'theirs'}`,
  ];
  const unseen = SHARED.filter(({ method }) => !wanted(method).every((one) => seen.has(one)));
  expect(unseen.map(({ method }) => method)).toEqual([]);
}, 1_800_000);
