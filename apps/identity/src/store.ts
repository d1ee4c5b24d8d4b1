import type { Cause, Documents, NewEvent, Store, StoredDocument } from '@cups/store';
import { isProblem } from '@cups/problem';
import { firstGeneration, generationAfter } from './domain/centres.ts';
import type { Centre, Known } from './domain/centres.ts';
import type { SessionTimes, Standing } from './domain/sessions.ts';

/** What identity keeps: centres as last announced, sessions, and who is suspended. Who may sign in, the providers know. */

const SCHEMA_VERSION = 1;

export interface StoredCentre extends StoredDocument, Centre, Known {}

export interface StoredSession extends StoredDocument, SessionTimes {
  /** Id of the operator. */
  operator: string;
  provider: string;
  /** Code of the centre where it works; a release before this one did not keep it. */
  centre?: string | undefined;
  /** The session at the provider, by which it signs out; absent where the provider names none. */
  index?: string;
}

/** Exists for an operator who was suspended at least once. */
export interface StoredStanding extends StoredDocument, Standing {}

export function centresOf(store: Store): Documents<StoredCentre> {
  return store.documents<StoredCentre>({
    collection: 'centres',
    schema: {
      code: String,
      name: String,
      kind: String,
      wave: String,
      status: String,
      district: String,
      country: String,
      timeZone: String,
      languages: [String],
      agencies: [String],
      limits: { openApplications: Number },
      transferTo: String,
      hash: { type: String, required: true },
      generation: { type: Number, required: true },
      pastHashes: [String],
    },
    schemaVersion: SCHEMA_VERSION,
    indexes: [],
    existsReason: 'ALREADY_EXISTS',
  });
}

export function sessionsOf(store: Store): Documents<StoredSession> {
  return store.documents<StoredSession>({
    collection: 'sessions',
    schema: {
      operator: { type: String, required: true },
      provider: { type: String, required: true },
      index: String,
      expireTime: { type: Date, required: true },
      centre: String,
      endTime: Date,
    },
    schemaVersion: SCHEMA_VERSION,
    indexes: [
      { fields: { operator: 1, _id: -1 }, query: 'the sessions of an operator, newest first, at sign-in' },
      { fields: { expireTime: 1 }, query: 'the sweep of sessions.ts' },
    ],
    existsReason: 'ALREADY_EXISTS',
  });
}

export function standingsOf(store: Store): Documents<StoredStanding> {
  return store.documents<StoredStanding>({
    collection: 'operators',
    schema: { suspended: { type: Boolean, required: true }, endedBefore: Date },
    schemaVersion: SCHEMA_VERSION,
    indexes: [],
    keepRequests: () => 50,
    existsReason: 'ALREADY_EXISTS',
  });
}

/** All centres that the store knows, by code. */
export async function storedCentres(centres: Documents<StoredCentre>): Promise<Map<string, StoredCentre>> {
  const read = new Map<string, StoredCentre>();
  let pageToken = '';
  do {
    const page = await centres.list({
      scope: 'service',
      filter: {},
      order: 'asc',
      pageSize: 200,
      pageToken,
      fingerprintOf: 0,
    });
    for (const centre of page.documents) read.set(centre._id, centre);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return read;
}

/**
 * Brings the content of a file to the store, with its event if there is one, unless the store has left that content behind already.
 * @param how.isKnown whether the store had the centre at the last look
 * @param how.before hash that this process saw in the file until now
 * @returns the centre as the store knows it then
 */
export async function storeCentre(
  centres: Documents<StoredCentre>,
  file: Centre,
  {
    isKnown,
    before,
    event,
    now,
  }: { isKnown: boolean; before: string | undefined; event: NewEvent | undefined; now: Date },
): Promise<StoredCentre> {
  const { code } = file;
  const events = event ? [event] : [];
  if (!isKnown) {
    try {
      const made = { _id: code, ...file, ...firstGeneration(file.hash) };
      return (await centres.create(made, { scope: 'service', cause: {}, events, now })).document;
    } catch (error) {
      // Another replica was quicker: what becomes of ours is decided as for a centre that was there.
      if (!isProblem(error) || error.reason !== 'ALREADY_EXISTS') throw error;
    }
  }
  const { document } = await centres.update(code, { scope: 'service', cause: {}, now }, (known) => {
    const next = generationAfter(known, file.hash, before);
    if (!next) return { document: known, events: [] };
    const { district, country, limits, transferTo } = file;
    return { document: { ...known, ...file, district, country, limits, transferTo, ...next }, events };
  });
  return document;
}

/**
 * Suspends or reinstates in one write, and ends the sessions so far. The first write makes the document, and a repeat of
 * that request is known by it, so making comes first.
 */
export async function setSuspended(
  standings: Documents<StoredStanding>,
  id: string,
  suspended: boolean,
  cause: Cause,
  now: Date,
): Promise<{ document: StoredStanding; replayed: boolean }> {
  try {
    return await standings.create(
      { _id: id, suspended, endedBefore: now },
      { scope: 'platform', cause, events: [], now },
    );
  } catch (error) {
    if (!isProblem(error) || error.reason !== 'ALREADY_EXISTS') throw error;
  }
  const { document, outcome } = await standings.update(id, { scope: 'platform', cause, now }, (standing) => ({
    document: { ...standing, suspended, endedBefore: now },
    events: [],
  }));
  return { document, replayed: outcome === 'replayed' };
}
