import type { Documents, NewEvent, Store, StoredDocument } from '@cups/store';
import { isProblem } from '@cups/problem';
import type { Assurance } from './domain/assurance.ts';
import { firstGeneration, nextGeneration } from './domain/centres.ts';
import type { Centre, FileVersion } from './domain/centres.ts';
import type { LeaderDeparture } from './domain/team-leadership.ts';
import type { SessionTimes } from './domain/sessions.ts';
import type { Staff } from './domain/staff.ts';

/** The collections of identity: centres as last published, staff, teams and sessions. */

const SCHEMA_VERSION = 1;

export interface StoredCentre extends StoredDocument, Centre, FileVersion {}

export interface StoredSession extends StoredDocument, SessionTimes, Assurance {
  /** ID of the operator. */
  operator: string;
  provider: string;
  /** Idle expiry as last reported by the gateway. It hides the session from lists but does not delete it. */
  idleExpireTime?: Date | undefined;
  /** Code of the current centre; absent in sessions of earlier releases. */
  centre?: string | undefined;
  /** Session index at the provider, for sign-out; absent if the provider sends none. */
  sessionIndex?: string | undefined;
  /** Hash of the subject at the provider; absent if it signs out by session or personal number only. */
  subject?: string | undefined;
}

export interface StoredOperator extends StoredDocument, Staff {}

/** Pending departures of a team's leaders. Its ID is the centre code or `platform`. */
export interface StoredTeam extends StoredDocument {
  departures: LeaderDeparture[];
}

export function openCentres(store: Store): Documents<StoredCentre> {
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

export function openSessions(store: Store): Documents<StoredSession> {
  return store.documents<StoredSession>({
    collection: 'sessions',
    schema: {
      operator: { type: String, required: true },
      provider: { type: String, required: true },
      sessionIndex: String,
      subject: String,
      multiFactor: Boolean,
      assertedRights: [String],
      expireTime: { type: Date, required: true },
      centre: String,
      idleExpireTime: Date,
      endTime: Date,
    },
    schemaVersion: SCHEMA_VERSION,
    indexes: [
      { fields: { operator: 1, _id: -1 }, query: 'the sessions of an operator, newest first, at sign-in' },
      { fields: { expireTime: 1 }, query: 'the sweep of sessions.ts' },
      { fields: { endTime: 1 }, sparse: true, query: 'the same sweep: sessions that an earlier release ended' },
      {
        fields: { sessionIndex: 1 },
        sparse: true,
        query: 'a sign-out that begins at a provider and names its session',
      },
      { fields: { subject: 1 }, sparse: true, query: 'a sign-out that begins at a provider and names who it is there' },
    ],
    existsReason: 'ALREADY_EXISTS',
  });
}

/** Version 1 stored suspensions only. The seeder of synthetic staff completes its documents. */
const STAFF_SCHEMA_VERSION = 2;

export function openStaff(store: Store): Documents<StoredOperator> {
  return store.documents<StoredOperator>({
    collection: 'operators',
    schema: {
      // Empty once they are erased.
      givenName: String,
      familyName: String,
      displayName: String,
      language: { type: String, required: true },
      synthetic: Boolean,
      person: { sealed: String, kid: String, hash: [String], keys: String },
      workplaces: [
        {
          centre: String,
          roles: [String],
          suspended: Boolean,
          absence: { from: String, to: String, standIn: String },
          pendingInvitation: { invitedBy: String, inviteTime: Date },
        },
      ],
      platformRoles: [String],
      agency: String,
      isAgencyManager: Boolean,
      status: { type: String, required: true },
      revokeTime: Date,
      lastSignInTime: Date,
      invitedBy: String,
      inviteTime: { type: Date, required: true },
      history: [
        {
          time: Date,
          actor: String,
          action: String,
          centre: String,
          roles: [String],
          reason: String,
          isPending: Boolean,
        },
      ],
      eraseTime: Date,
      // Schema version 1.
      suspended: Boolean,
    },
    schemaVersion: STAFF_SCHEMA_VERSION,
    migrate: migrateFirstVersion,
    indexes: [
      {
        fields: { 'person.hash': 1 },
        unique: true,
        sparse: true,
        query: 'one operator for one person, whichever key hashed the number, at each sign-in',
      },
      { fields: { 'workplaces.centre': 1, _id: 1 }, query: 'the team of a centre, and its managers' },
      { fields: { 'history.centre': 1, _id: 1 }, query: 'those who have left a centre' },
      { fields: { agency: 1, _id: 1 }, partial: { agency: { $exists: true } }, query: 'the clerks of an agency' },
    ],
    keepRequests: () => 50,
    existsReason: 'ALREADY_EXISTS',
    absentMessage: 'Operator not found.',
  });
}

function migrateFirstVersion(old: Record<string, unknown>): StoredOperator {
  const { suspended, ...known } = old as unknown as StoredOperator & { suspended: boolean };
  return {
    ...known,
    givenName: '',
    familyName: '',
    displayName: '',
    language: 'ro',
    workplaces: [],
    platformRoles: [],
    status: suspended ? 'suspended' : 'active',
    inviteTime: known.createTime,
    history: [],
  };
}

export function openTeams(store: Store): Documents<StoredTeam> {
  return store.documents<StoredTeam>({
    collection: 'teams',
    schema: { departures: [{ operator: String, time: Date }] },
    schemaVersion: SCHEMA_VERSION,
    formerFields: { departures: { name: 'leaving', read: 'former' } },
    indexes: [],
    existsReason: 'ALREADY_EXISTS',
  });
}

/** Returns all stored centres by code. */
export async function loadStoredCentres(centres: Documents<StoredCentre>): Promise<Map<string, StoredCentre>> {
  const found = new Map<string, StoredCentre>();
  let pageToken = '';
  do {
    const page = await centres.list({
      scope: 'service',
      filter: {},
      order: 'asc',
      pageSize: 200,
      pageToken,
      tokenArguments: 0,
    });
    for (const centre of page.documents) found.set(centre._id, centre);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}

/**
 * Writes a file and its event to the store, unless the store already has newer content. Returns the stored centre.
 * @param options.isKnown whether the store had the centre at the last read
 * @param options.before hash that this process saw in the file before
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
      const draft = { _id: code, ...file, ...firstGeneration(file.hash) };
      return (await centres.create(draft, { scope: 'service', cause: {}, events, now })).document;
    } catch (error) {
      // Another replica created it first: continue with an update.
      if (!isProblem(error) || error.reason !== 'ALREADY_EXISTS') throw error;
    }
  }
  const { document } = await centres.update(code, { scope: 'service', cause: {}, now }, (known) => {
    const next = nextGeneration(known, file.hash, before);
    if (!next) return { document: known, events: [] };
    const { district, country, limits, transferTo } = file;
    return { document: { ...known, ...file, district, country, limits, transferTo, ...next }, events };
  });
  return document;
}
