import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { generateTrackingNumber } from '@cups/application';
import { openDesk } from '@cups/tools/desk';
import { createContent, fileableAt, simulatedServices } from '@cups/tools/filings';
import type { Centre } from '@cups/tools/filings';
import { ulid } from 'ulid';

/** Fills a store: creates a few applications through the public API, and copies them with other IDs, states and times. */

const DAY = 86_400_000;
export const CENTRE = 'centres/CU-001';
/** Number of applications that are copied, over all services of the centre. */
const TEMPLATE_COUNT = 120;
/** Applications of one person with a rare name, which are not copied: a search finds as many in a large store. */
const RARE_COUNT = 5;
/** Seven letters: no other name begins with the first three. */
export const RARE_NAME = 'Zgardan';
/** The commonest name, and another person's name: one template in ten has each. No template has both. */
export const COMMON_NAME = 'Munteanu';
export const ABSENT_NAME = 'Munteanu Petru';
const BATCH = 500;
/** Batches in flight. */
const CONCURRENCY = 2;
const LOG_INTERVAL_MS = 10_000;
/** One in this many is open. */
const OPEN_EVERY = 10;
/** The last copies are filed on every day of the year, and on each day some are closed. */
const MARKED_COUNT = 2 * 365;
/** A recompute of the statistics reads each changed day once. */
const STATISTICS_TIMEOUT_MS = 5 * 60_000;

export interface StoredDocument extends Record<string, unknown> {
  _id: string;
}
type Applications = mongo.Collection<StoredDocument>;

/** The person with the rare name, and one of their applications. */
export interface RarePerson {
  id: string;
  idnp: string;
  trackingNumber: string;
}

/** Creates the templates, and the applications of one person with a rare name. @throws Error when a request is refused */
export async function createTemplates(url: string, applications: Applications): Promise<RarePerson> {
  const desk = await openDesk(url, 'cu-001-specialist');
  const { body: centre } = await desk.call<Centre>('GET', '/centres/CU-001');
  const services = fileableAt(await simulatedServices(url), centre);
  for (let n = 0; n < TEMPLATE_COUNT + RARE_COUNT; n += 1) {
    const service = services[n % services.length]!;
    const isRare = n >= TEMPLATE_COUNT;
    const content = createContent(isRare ? TEMPLATE_COUNT : n, centre, service);
    if (isRare) Object.assign(content['applicant'] as object, { familyName: RARE_NAME });
    await desk.call('POST', '/applications', { body: { publicService: service.code, ...content } });
  }
  const one = await applications.findOne({ 'content.applicant.familyName': RARE_NAME });
  if (!one) throw new Error('The application with the rare name was not stored.');
  const { applicant } = one['content'] as { applicant: { idnp: string } };
  return { id: one._id, idnp: applicant.idnp, trackingNumber: one['trackingNumber'] as string };
}

/**
 * Copies the templates until the store has this many applications, all at one centre, and waits until intake has
 * added them to the statistics. Only the last copies have a mark for that: a recompute reads all applications of a
 * changed day.
 */
export async function fillStore(applications: Applications, count: number, log: (line: string) => void): Promise<void> {
  const templates = { createRequest: { $exists: true }, 'content.applicant.familyName': { $ne: RARE_NAME } };
  const pool = await applications.find(templates).limit(TEMPLATE_COUNT).toArray();
  const last = Math.max(await applications.estimatedDocumentCount(), count - MARKED_COUNT);
  await insertCopies(applications, pool, { until: last, isMarked: false }, log);
  await insertCopies(applications, pool, { until: count, isMarked: true }, log);
  await countedInStatistics(applications, log);
}

async function insertCopies(
  applications: Applications,
  pool: StoredDocument[],
  { until, isMarked }: { until: number; isMarked: boolean },
  log: (line: string) => void,
): Promise<void> {
  let next = await applications.estimatedDocumentCount();
  let logTime = performance.now();
  const insertBatches = async () => {
    while (next < until) {
      const from = next;
      next = Math.min(until, from + BATCH);
      const batch = Array.from({ length: next - from }, (_, i) => createCopy(pool, from + i, isMarked));
      await applications.insertMany(batch, { ordered: false });
      if (performance.now() - logTime < LOG_INTERVAL_MS) continue;
      logTime = performance.now();
      log(`${next} of ${until} applications …`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, insertBatches));
}

async function countedInStatistics(applications: Applications, log: (line: string) => void): Promise<void> {
  const started = performance.now();
  log('waiting until intake has counted them, which it does every minute …');
  for (let logTime = started; ; await pause(500)) {
    const left = await applications.countDocuments({ uncounted: { $gt: 0 } });
    if (left === 0) return;
    const now = performance.now();
    if (now - started > STATISTICS_TIMEOUT_MS) throw new Error('Intake has not counted the applications.');
    if (now - logTime < LOG_INTERVAL_MS) continue;
    logTime = now;
    log(`${left} marks left …`);
  }
}

/** States of open applications, and of ended ones. */
const OPEN_STATES = ['draft', 'submitted', 'in-progress', 'documents-requested', 'ready'] as const;
const QUEUE_STAGES = { draft: 'drafts', submitted: 'with-agency', 'in-progress': 'with-agency' } as Record<
  string,
  string
>;
const ENDED_STATES = ['closed', 'closed', 'closed', 'withdrawn'] as const;

/** Creates a copy: spread over a year, one in ten open, with consistent times. */
function createCopy(pool: StoredDocument[], n: number, isMarked: boolean): StoredDocument {
  const {
    createRequest: _request,
    createFingerprint: _fingerprint,
    queue: _queue,
    timer: _timer,
    uncounted: _uncounted,
    ...shared
  } = pool[n % pool.length]!;
  const isOpen = n % OPEN_EVERY === 0;
  const state = isOpen ? OPEN_STATES[(n / OPEN_EVERY) % OPEN_STATES.length]! : ENDED_STATES[n % ENDED_STATES.length]!;
  const since = new Date(Date.now() - (isOpen ? n % 30 : n % 365) * DAY - 60_000);
  const trackingNumber = generateTrackingNumber((bytes) => randomBytes(bytes));
  const times = { createTime: since, updateTime: since, submitTime: since };
  const copy: StoredDocument = { ...shared, _id: ulid(since.getTime()), state, trackingNumber, ...times };
  if (isMarked) copy['uncounted'] = 1;
  if (isOpen) copy['queue'] = createQueueStatus(QUEUE_STAGES[state] ?? state, since, n);
  return copy;
}

/** Half of the open ones are due. */
function createQueueStatus(stage: string, since: Date, n: number): object {
  const day = (ahead: number) => new Date(Date.now() + ahead * DAY).toISOString().slice(0, 10);
  return { stage, since, actionDate: day((n % 20) - 10), deadline: day(n % 20) };
}
