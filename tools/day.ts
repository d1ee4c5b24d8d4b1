import { randomUUID } from 'node:crypto';
import { idnpCheckDigit } from '@cups/application';
import { ulid } from 'ulid';
import { openDesk, Refused, until } from './desk.ts';
import type { Application, Desk } from './desk.ts';

/**
 * A day at the desks: applications from many centres, over many public services and all agencies, each followed until
 * its end, and then the books are balanced against what was sent. Everything goes through the public REST API.
 */

export interface DayOptions {
  url: string;
  /** At least so many applications, besides the corrections. */
  applications?: number;
  /** How many are followed at once. */
  parallel?: number;
  /** Longest wait for an application to move. */
  patienceSeconds?: number;
  onChange?: (row: Row) => void;
}

/** One application as the live table shows it. */
export interface Row {
  id: string;
  centre: string;
  service: string;
  agency: string;
  course: string;
  state: string;
  error?: string;
}

export interface DayResult {
  applications: number;
  byState: Record<string, number>;
  agencies: string[];
  publicServices: string[];
  centres: string[];
  seconds: number;
  /** Acknowledged applications or promised effects that are not there. */
  lost: number;
  /** Applications or effects that are there twice. */
  doubled: number;
  /** What did not go as a day should; empty on a good day. */
  errors: string[];
  replayed: number;
  staleEditsRefused: number;
  corrections: number;
  notices: number;
}

export interface PublicService {
  code: string;
  version: {
    provider: string;
    centreKinds?: string[];
    evidence?: {
      kind: string;
      required: boolean;
      when?: { represented?: boolean; answer?: { field: string; values: string[] } };
    }[];
    costOptions?: { code: string; centreKinds?: string[] }[];
    example?: Record<string, unknown>;
  };
}
export interface Centre {
  name: string;
  code: string;
  kind: string;
  status: string;
  displayName: string;
}

/**
 * What a specialist meets in a day. The last two symbols of the application id tell the simulated agency how to behave;
 * a real agency does not look at them.
 */
const COURSES = [
  { name: 'quick', ending: 'ZQ', weight: 24 },
  { name: 'slow', ending: 'ZS', weight: 8 },
  { name: 'documents', ending: 'ZD', weight: 10 },
  { name: 'asks twice', ending: 'ZE', weight: 2 },
  { name: 'rejected', ending: 'ZR', weight: 7 },
  { name: 'silent, withdrawn', ending: 'ZN', weight: 4, withdraw: true },
  { name: 'rubbish first', ending: 'ZB', weight: 2 },
  { name: 'sent twice', ending: 'ZT', weight: 3 },
  { name: 'out of order', ending: 'ZX', weight: 3 },
  { name: 'decided anyway', ending: 'ZA', weight: 2, withdraw: true },
  { name: 'corrected result', ending: 'ZC', weight: 1 },
] as const;
type Course = (typeof COURSES)[number] & { withdraw?: boolean };

const GIVEN = ['Ana', 'Ion', 'Maria', 'Vasile', 'Elena', 'Gheorghe', 'Olga', 'Andrei', 'Natalia', 'Petru'];
const FAMILY = ['Munteanu', 'Rusu', 'Ceban', 'Lungu', 'Popa', 'Sîrbu', 'Rotari', 'Bălan', 'Cojocaru', 'Moraru'];

/**
 * Plays a day and balances its books.
 * @throws Error when the platform can not be reached or offers no operators
 */
export async function playDay(options: DayOptions): Promise<DayResult> {
  const { url, applications = 68, parallel = 12, patienceSeconds = 120, onChange = () => {} } = options;
  const started = performance.now();
  const centres = await chooseCentres(url);
  const services = await publicServices(url);
  const desks = new Map<string, Desk>();
  for (const centre of centres) desks.set(centre.name, await openDesk(url, `${centre.code.toLowerCase()}-specialist`));

  const books: Book[] = [];
  const errors: string[] = [];
  const counts = { replayed: 0, stale: 0 };
  const courses = COURSES.flatMap((course) => Array<Course>(course.weight).fill(course));
  const jobs = Array.from({ length: applications }, (_, n) => {
    const centre = centres[n % centres.length]!;
    const fileable = services.filter(({ version }) => version.centreKinds?.includes(centre.kind));
    // Strides without a common factor meet every service and every course, each at different desks.
    const service = fileable[(n * 7 + Math.floor(n / centres.length)) % fileable.length]!;
    return { n, centre, service, course: courses[(n * 7) % courses.length]! };
  });

  const follow = async (job: (typeof jobs)[number]) => {
    const row: Row = {
      id: applicationId(job.course.ending),
      centre: job.centre.displayName,
      service: job.service.code,
      agency: job.service.version.provider.replace('agencies/', ''),
      course: job.course.name,
      state: 'new',
    };
    try {
      const desk = desks.get(job.centre.name)!;
      books.push(await handle(desk, row, job, counts, patienceSeconds, onChange));
    } catch (error) {
      row.error = (error as Error).message;
      errors.push(`${row.id} at ${row.centre} (${row.service}, ${row.course}): ${row.error}`);
    }
    onChange(row);
  };
  const queue = [...jobs];
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let job = queue.shift(); job; job = queue.shift()) await follow(job);
    }),
  );

  const corrections = await correctOne(books, desks, jobs.length, counts, patienceSeconds, onChange, errors);
  const balance = await balanceBooks(books, desks, patienceSeconds);
  const byState: Record<string, number> = {};
  for (const { state } of balance.states) byState[state] = (byState[state] ?? 0) + 1;
  const distinct = (of: (book: Book) => string) => [...new Set(books.map(of))].sort();
  return {
    applications: books.length,
    byState,
    agencies: distinct(({ agency }) => agency),
    publicServices: distinct(({ service }) => service),
    centres: distinct(({ centre }) => centre),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    lost: balance.lost.length,
    doubled: balance.doubled.length,
    errors: [
      ...errors,
      ...balance.lost.map((what) => `lost: ${what}`),
      ...balance.doubled.map((what) => `twice: ${what}`),
    ],
    replayed: counts.replayed,
    staleEditsRefused: counts.stale,
    corrections,
    notices: balance.notices,
  };
}

/** What was acknowledged about one application: the books hold the platform to it. */
interface Book {
  id: string;
  centre: string;
  service: string;
  agency: string;
  state: string;
  /** Actions that the platform acknowledged, each of which must stand in the history exactly once. */
  actions: string[];
  /** Kinds of notice that the person was promised. */
  notices: string[];
}

async function chooseCentres(url: string): Promise<Centre[]> {
  const response = await fetch(`${url}/api/v1/centres?pageSize=200`);
  if (!response.ok) throw new Error(`GET /centres answers ${response.status}`);
  const { centres } = (await response.json()) as { centres: Centre[] };
  const active = centres.filter(({ status }) => status === 'active');
  const townHalls = active.filter(({ kind }) => kind === 'town-hall');
  const missions = active.filter(({ kind }) => kind === 'mission').slice(0, 3);
  if (townHalls.length === 0) throw new Error('No town hall is active.');
  return [...townHalls, ...missions];
}

/** The public services that are filed at desks, with the version in force. */
export async function publicServices(url: string): Promise<PublicService[]> {
  const response = await fetch(`${url}/api/v1/public-services?fileable=true&pageSize=200`);
  if (!response.ok) throw new Error(`GET /public-services answers ${response.status}`);
  const { publicServices: list } = (await response.json()) as { publicServices: { code: string }[] };
  return Promise.all(
    list.map(
      async ({ code }) => (await (await fetch(`${url}/api/v1/public-services/${code}`)).json()) as PublicService,
    ),
  );
}

/** One person at one desk, from the first question to the confirmed outcome. */
async function handle(
  desk: Desk,
  row: Row,
  { n, centre, service, course }: { n: number; centre: Centre; service: PublicService; course: Course },
  counts: { replayed: number; stale: number },
  patience: number,
  onChange: (row: Row) => void,
  corrects?: string,
): Promise<Book> {
  const path = `/applications/${row.id}`;
  const content = contentFor(n, centre, service);
  const book: Book = {
    id: row.id,
    centre: centre.code,
    service: service.code,
    agency: row.agency,
    state: 'draft',
    actions: [],
    notices: [],
  };
  const at = (app: Application) => {
    book.state = row.state = app.state;
    onChange(row);
    return app;
  };

  const body = { id: row.id, publicService: service.code, ...content, ...(corrects ? { corrects } : {}) };
  const key = randomUUID();
  let app = at((await desk.call<Application>('POST', '/applications', { body, key })).body);
  if (n % 6 === 0) {
    // The line broke and the desk sends again what it does not know to have arrived.
    const again = await desk.call<Application>('POST', '/applications', { body, key });
    if (!again.replayed || again.body.id !== row.id) throw new Error('a repeated create was not answered as a replay');
    counts.replayed += 1;
  }
  if (n % 5 === 0) {
    const stale = app.etag;
    app = at(
      (await desk.call<Application>('PATCH', path, { body: { delivery: { kind: 'at-centre' } }, etag: stale })).body,
    );
    try {
      await desk.call('PATCH', path, { body: { delivery: { kind: 'post', note: 'late' } }, etag: stale });
      throw new Error('an edit with a stale etag was accepted');
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 412) throw error;
      counts.stale += 1;
    }
  }
  const submitKey = randomUUID();
  app = at((await desk.call<Application>('POST', `${path}/submit`, { key: submitKey })).body);
  book.actions.push('submit');
  book.notices.push('application-submitted');
  if (n % 7 === 0) {
    const again = await desk.call<Application>('POST', `${path}/submit`, { key: submitKey });
    if (!again.replayed) throw new Error('a repeated submit was not answered as a replay');
    counts.replayed += 1;
  }

  const read = async () => at((await desk.call<Application>('GET', path)).body);
  if (course.withdraw) {
    app = at((await desk.call<Application>('POST', `${path}/withdraw`, { body: { reason: 'no longer needed' } })).body);
    book.actions.push('withdraw');
    book.notices.push('application-withdrawn');
    return book;
  }
  for (;;) {
    app = await until(
      read,
      ({ state }) => ['documents-requested', 'ready', 'rejected'].includes(state),
      `${row.agency} has not answered (${row.state})`,
      patience,
    );
    if (app.state !== 'documents-requested') break;
    const evidence = app.documentRequest!.evidenceKinds.map((kind, i) => ({
      kind,
      number: `D${n}-${i}`,
      originalSeen: true,
    }));
    book.notices.push('documents-requested');
    app = at((await desk.call<Application>('POST', `${path}/supply-documents`, { body: { evidence } })).body);
    book.actions.push('supply-documents');
  }
  book.notices.push(app.state === 'ready' ? 'result-ready' : 'application-rejected');
  const paper = {
    collectedBy: 'applicant',
    paperKind: 'identity-document',
    paperNumber: `B${String(n).padStart(8, '0')}`,
  };
  app = at((await desk.call<Application>('POST', `${path}/hand-over`, { body: paper })).body);
  book.actions.push('hand-over');
  const met = {
    needMet: course.ending !== 'ZR',
    ...(course.ending === 'ZR' ? { missing: 'the agency rejected it' } : {}),
  };
  at((await desk.call<Application>('POST', `${path}/confirm-outcome`, { body: met })).body);
  book.actions.push('confirm-outcome');
  return book;
}

/** A rejected application is corrected: a new one names it. */
async function correctOne(
  books: Book[],
  desks: Map<string, Desk>,
  n: number,
  counts: { replayed: number; stale: number },
  patience: number,
  onChange: (row: Row) => void,
  errors: string[],
): Promise<number> {
  const wrong = books.find(({ state, actions }) => state === 'closed' && actions.length === 3);
  if (!wrong) {
    errors.push('no closed application to correct');
    return 0;
  }
  const desk = desks.get(`centres/${wrong.centre}`)!;
  const row: Row = {
    id: applicationId('ZQ'),
    centre: wrong.centre,
    service: wrong.service,
    agency: wrong.agency,
    course: 'correction',
    state: 'new',
  };
  try {
    const service = (await desk.call<PublicService>('GET', `/public-services/${wrong.service}`)).body;
    const centre = (await desk.call<Centre>('GET', `/centres/${wrong.centre}`)).body;
    const job = { n, centre, service, course: COURSES[0] };
    row.centre = centre.displayName;
    books.push(await handle(desk, row, job, counts, patience, onChange, `applications/${wrong.id}`));
    return 1;
  } catch (error) {
    errors.push(`correction of ${wrong.id}: ${(error as Error).message}`);
    return 0;
  }
}

/** Holds the platform to what it acknowledged: every application there, none twice, every promised effect seen once. */
async function balanceBooks(books: Book[], desks: Map<string, Desk>, patience: number) {
  const lost: string[] = [];
  const doubled: string[] = [];
  const states: { state: string }[] = [];
  let notices = 0;

  const listed = new Map<string, number>();
  for (const desk of desks.values()) {
    for (let pageToken = ''; ;) {
      const page = await desk.call<{ applications: Application[]; nextPageToken?: string }>(
        'GET',
        `/applications?pageSize=200${pageToken ? `&pageToken=${encodeURIComponent(pageToken)}` : ''}`,
      );
      for (const { id } of page.body.applications) listed.set(id, (listed.get(id) ?? 0) + 1);
      pageToken = page.body.nextPageToken ?? '';
      if (!pageToken) break;
    }
  }
  const once = (what: string, count: number) => {
    if (count === 0) lost.push(what);
    if (count > 1) doubled.push(`${what} (${count})`);
  };
  for (const book of books) {
    const desk = desks.get(`centres/${book.centre}`)!;
    once(`application ${book.id}`, listed.get(book.id) ?? 0);
    const app = (await desk.call<Application>('GET', `/applications/${book.id}`)).body;
    states.push(app);
    if (app.state !== book.state) lost.push(`state ${book.state} of ${book.id}, now ${app.state}`);
    const { actions } = (
      await desk.call<{ actions: { kind: string; cause?: string }[] }>(
        'GET',
        `/applications/${book.id}/history?pageSize=200`,
      )
    ).body;
    for (const kind of new Set(book.actions)) {
      const promised = book.actions.filter((one) => one === kind).length;
      const recorded = actions.filter((one) => one.kind === kind).length;
      if (recorded < promised) lost.push(`${kind} of ${book.id}`);
      if (recorded > promised) doubled.push(`${kind} of ${book.id}`);
    }
    const causes = actions.map(({ cause }) => cause);
    if (new Set(causes).size !== causes.length) doubled.push(`an action with one cause of ${book.id}`);
    const told = await until(
      async () =>
        (await desk.call<{ notices: { kind: string; state: string }[] }>('GET', `/applications/${book.id}/notices`))
          .body.notices,
      (list) => list.length >= book.notices.length && list.every(({ state }) => state !== 'pending'),
      `notices of ${book.id}`,
      Math.min(patience, 20),
    ).catch(() => [] as { kind: string; state: string }[]);
    notices += told.length;
    for (const kind of new Set(book.notices)) {
      const promised = book.notices.filter((one) => one === kind).length;
      const sent = told.filter((one) => one.kind === kind).length;
      if (sent < promised) lost.push(`notice ${kind} of ${book.id}`);
      if (sent > promised) doubled.push(`notice ${kind} of ${book.id}`);
    }
  }
  return { lost, doubled, states, notices };
}

/** What the n-th person files for a public service at a centre, complete. */
export function contentFor(n: number, centre: Centre, { version }: PublicService): Record<string, unknown> {
  const example = version.example ?? {};
  const needed = (version.evidence ?? []).filter(
    ({ required, when }) =>
      required &&
      !when?.represented &&
      (!when?.answer || when.answer.values.includes(String(example[when.answer.field]))),
  );
  const option = (version.costOptions ?? []).find(
    ({ centreKinds }) => !centreKinds || centreKinds.length === 0 || centreKinds.includes(centre.kind),
  );
  return {
    applicant: {
      idnp: idnp(n),
      givenName: GIVEN[n % GIVEN.length],
      familyName: FAMILY[Math.floor(n / 3) % FAMILY.length],
      birthDate: `19${50 + (n % 50)}-0${1 + (n % 9)}-1${n % 9}`,
      language: n % 4 === 1 ? 'ru' : n % 9 === 2 ? 'en' : 'ro',
    },
    contact:
      n % 3 === 0
        ? { none: true }
        : n % 3 === 1
          ? { email: `person${n}@example.org` }
          : { phone: `+373 600 ${String(10_000 + n)}` },
    mandate: n % 8 === 3 ? { kind: 'mpower', reference: `MP-${10_000 + n}` } : { kind: 'own-presence' },
    answers: example,
    evidence: needed.map(({ kind }, i) => ({ kind, number: `S${n}-${i}`, originalSeen: true })),
    ...(option ? { costOption: option.code } : {}),
    delivery: { kind: n % 5 === 4 ? 'electronic' : 'at-centre' },
  };
}

/** Synthetic: no register assigns the year group 900. */
export function idnp(n: number): string {
  const body = `2900${String(10_000_000 + n).padStart(8, '0')}`;
  return `${body}${idnpCheckDigit(body)}`;
}

/** A ULID with an ending of our choice. */
export function applicationId(ending: string): string {
  return ulid().slice(0, -ending.length) + ending;
}
