import { randomBytes } from 'node:crypto';
import type { mongo } from 'mongoose';
import { generateTrackingNumber } from '@cups/application';
import { openDesk } from '@cups/tools/desk';
import { createContent, publicServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { ulid } from 'ulid';

/** Fills a store: submits a few applications through the public API, and copies them with other IDs, centres, states and times. */

const DAY = 86_400_000;
const CENTRE = 'centres/CU-001';
/** Number of submitted applications, over all services of the centre. */
const TEMPLATE_COUNT = 120;
const BATCH = 250;
/** One in this many is open. */
const OPEN_EVERY = 10;

interface StoredDocument extends Record<string, unknown> {
  _id: string;
}

export interface FilledStore {
  centre: string;
  /** Open applications at the centre. */
  open: number;
  /** ID of one of them. */
  id: string;
  idnp: string;
  trackingNumber: string;
  /** A family name at the centre, and the hash of its prefix. */
  familyName: string;
  nameHash: string;
}

export interface FillOptions {
  url: string;
  applications: mongo.Collection<StoredDocument>;
  all: number;
  atCentre: number;
  onProgress: (line: string) => void;
}

/** @throws Error when a request is refused */
export async function fillStore({
  url,
  applications,
  all,
  atCentre,
  onProgress: log,
}: FillOptions): Promise<FilledStore> {
  await submitTemplates(url);
  const pool = await applications.find({}).toArray();
  const made: { open: number; last?: StoredDocument } = { open: 0 };
  for (let n = pool.length; n < all; n += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, all - n) }, (_, i) => createCopy(pool, n + i, n + i < atCentre));
    await applications.insertMany(batch, { ordered: false });
    for (const one of batch.filter(({ centre, queue }) => centre === CENTRE && queue)) {
      made.open += 1;
      made.last = one;
    }
    if ((n / BATCH) % 80 < 1) log(`${n} of ${all} applications …`);
  }
  const { last } = made;
  if (!last) throw new Error('There are too few applications to ask for.');
  const { applicant } = last['content'] as { applicant: { idnp: string; familyName: string } };
  return {
    centre: CENTRE,
    open: made.open,
    id: last._id,
    idnp: applicant.idnp,
    familyName: applicant.familyName,
    trackingNumber: last['trackingNumber'] as string,
    nameHash: (last['names'] as string[])[0]!,
  };
}

/** Creates drafts at the centre, cycling through the public services. */
async function submitTemplates(url: string): Promise<void> {
  const desk = await openDesk(url, 'cu-001-specialist');
  const { body: centre } = await desk.call<Centre>('GET', '/centres/CU-001');
  const services = (await publicServices(url)).filter(({ version }) => version.centreKinds?.includes(centre.kind));
  for (let n = 0; n < TEMPLATE_COUNT; n += 1) {
    const service = services[n % services.length]!;
    await desk.call('POST', '/applications', {
      body: { publicService: service.code, ...createContent(n, centre, service) },
    });
  }
}

/** States of open applications, and of ended ones. */
const OPEN_STATES = ['draft', 'submitted', 'in-progress', 'documents-requested', 'ready'] as const;
const QUEUE_STAGES = { draft: 'drafts', submitted: 'with-agency', 'in-progress': 'with-agency' } as Record<
  string,
  string
>;
const ENDED_STATES = ['closed', 'closed', 'closed', 'withdrawn'] as const;

/** Creates a copy: spread over a year, one in ten open, with consistent centres and times. */
function createCopy(pool: StoredDocument[], n: number, here: boolean): StoredDocument {
  const {
    createRequest: _request,
    createFingerprint: _fingerprint,
    queue: _queue,
    timer: _timer,
    ...shared
  } = pool[n % pool.length]!;
  const isOpen = n % OPEN_EVERY === 0;
  const state = isOpen ? OPEN_STATES[(n / OPEN_EVERY) % OPEN_STATES.length]! : ENDED_STATES[n % ENDED_STATES.length]!;
  const since = new Date(Date.now() - (isOpen ? n % 30 : n % 365) * DAY - 60_000);
  const trackingNumber = generateTrackingNumber((bytes) => randomBytes(bytes));
  const centre = here ? CENTRE : `centres/CU-${String(2 + (n % 85)).padStart(3, '0')}`;
  const times = { createTime: since, updateTime: since, submitTime: since };
  const copy: StoredDocument = { ...shared, _id: ulid(since.getTime()), centre, state, trackingNumber, ...times };
  // Intake then adds it to the statistics.
  copy['uncounted'] = 1;
  if (isOpen) copy['queue'] = createQueueStatus(QUEUE_STAGES[state] ?? state, since, n);
  return copy;
}

/** Half of the open ones are due. */
function createQueueStatus(stage: string, since: Date, n: number): object {
  const day = (ahead: number) => new Date(Date.now() + ahead * DAY).toISOString().slice(0, 10);
  return { stage, since, actionDate: day((n % 20) - 10), deadline: day(n % 20) };
}
