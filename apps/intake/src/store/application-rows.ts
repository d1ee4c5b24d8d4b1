import { parseTrackingSymbols } from '@cups/application';
import type { State } from '@cups/application';
import type { Documents } from '@cups/store';
import type { ApplicationRow } from '../domain/application.ts';
import { matchesNamePrefixes } from '../domain/search-hasher.ts';
import type { SearchHasher } from '../domain/search-hasher.ts';
import { normalizePhone } from '../domain/search-numbers.ts';
import type { StoredApplication } from '../store.ts';

/** Fields of a list row. All others stay in the store. */
export const ROW_PROJECTION = {
  revision: 1,
  createTime: 1,
  updateTime: 1,
  centre: 1,
  publicService: 1,
  service: 1,
  agency: 1,
  state: 1,
  training: 1,
  openedBy: 1,
  'content.applicant.givenName': 1,
  'content.applicant.familyName': 1,
  // Only to detect the reader's own application; no row shows them.
  'content.applicant.idnp': 1,
  'content.represented.idnp': 1,
  'content.costOption': 1,
  submitTime: 1,
  dueDate: 1,
  dueTime: 1,
  noDueDateReason: 1,
  assignee: 1,
  queue: 1,
  'restriction.reason': 1,
  'erasure.startTime': 1,
  'documentRequest.answerBy': 1,
  'passingOn.cause': 1,
  'escalations.step': 1,
  'escalations.agency': 1,
  'escalations.actions': 1,
  'escalations.dueDate': 1,
  'complaints.agency': 1,
  'complaints.filing.date': 1,
  'complaints.answer.date': 1,
  'decision.approved': 1,
  'decision.decideTime': 1,
  'decision.correctTime': 1,
  'decision.revokeTime': 1,
  'decision.awaitsArrival': 1,
  'deskAlerts.kind': 1,
  'deskAlerts.recordTime': 1,
  'payment.payTime': 1,
} as const;

export type StoredRow = Pick<StoredApplication, '_id' | 'revision' | 'createTime' | 'updateTime'> & ApplicationRow;

/** Lists the applications of a centre and of those it inherited, newest first. */
export function listByCentre(
  documents: Documents<StoredApplication>,
  query: { centres: readonly string[]; state: State | ''; pageSize: number; pageToken: string },
): Promise<{ documents: StoredRow[]; nextPageToken: string }> {
  const filter = query.state ? { state: query.state } : {};
  return documents.list({
    scope: { centre: query.centres },
    filter,
    order: 'desc',
    pageSize: query.pageSize,
    pageToken: query.pageToken,
    tokenArguments: { centre: query.centres[0], ...filter },
    projection: ROW_PROJECTION,
  });
}

/** Returns the application with this tracking number in these centres. */
export async function findNumber(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  trackingNumber: string,
): Promise<StoredRow[]> {
  return documents.find({ trackingNumber }, { scope: { centre: centres }, limit: 1, projection: ROW_PROJECTION });
}

/** Maximum number of search results. The operator refines the query if there are more. */
const MAX_RESULTS = 20;
/** Number of candidates that are compared with the full query first: nearly all match. Hashes match only 8 letters. */
const FIRST_CANDIDATES = MAX_RESULTS + 1;
/** Maximum number of further candidates, if the first are not enough. */
const MORE_CANDIDATES = 200 - FIRST_CANDIDATES;

/** Searches by prefixes of names, newest first. Returns nothing unless a word has 3 letters. */
export async function searchByName(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  text: string,
  hashes: SearchHasher,
): Promise<{ rows: StoredRow[]; more: boolean }> {
  const words = hashes.forQuery(text);
  if (words.length === 0) return { rows: [], more: false };
  const names = {
    'content.applicant.birthDate': 1,
    'content.represented.givenName': 1,
    'content.represented.familyName': 1,
  } as const;
  const filter = { $and: words.map((alternatives) => ({ names: { $in: alternatives } })) };
  return findMatches(documents, { filter, centres, extraFields: names }, ({ content }) =>
    matchesNamePrefixes(content, text),
  );
}

/** Searches by a whole contact phone number, newest first. */
export async function searchByPhone(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  text: string,
  hashes: SearchHasher,
): Promise<{ rows: StoredRow[]; more: boolean }> {
  const phone = normalizePhone(text);
  return findByHashes(
    documents,
    { hashes: hashes.forPhone(text), centres, extraFields: { 'content.contact.phone': 1 } },
    ({ content }) => normalizePhone(content.contact?.phone ?? '') === phone,
  );
}

/** Searches by at least four adjacent symbols of a tracking number, newest first. */
export async function searchByPart(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  text: string,
  hashes: SearchHasher,
): Promise<{ rows: StoredRow[]; more: boolean }> {
  const part = parseTrackingSymbols(text);
  if (!part) return { rows: [], more: false };
  return findByHashes(
    documents,
    { hashes: hashes.forTrackingNumber(text), centres, extraFields: { trackingNumber: 1 } },
    ({ trackingNumber }) => parseTrackingSymbols(trackingNumber)?.includes(part) === true,
  );
}

/** Returns the applications that have all hashes and match. */
async function findByHashes(
  documents: Documents<StoredApplication>,
  { hashes, ...query }: Omit<CandidateQuery, 'filter'> & { hashes: readonly string[] },
  matches: (candidate: Candidate) => boolean,
): Promise<{ rows: StoredRow[]; more: boolean }> {
  if (hashes.length === 0) return { rows: [], more: false };
  return findMatches(documents, { filter: { $and: hashes.map((names) => ({ names })) }, ...query }, matches);
}

interface CandidateQuery {
  filter: object;
  centres: readonly string[];
  /** Fields to compare, beside those of a row. */
  extraFields: Readonly<Record<string, 1>>;
}
type Candidate = StoredRow & Pick<StoredApplication, 'trackingNumber' | 'content'>;

/** Returns the candidates that match, newest first. */
async function findMatches(
  documents: Documents<StoredApplication>,
  { filter, centres, extraFields }: CandidateQuery,
  matches: (candidate: Candidate) => boolean,
): Promise<{ rows: StoredRow[]; more: boolean }> {
  const options = {
    scope: { centre: centres },
    sort: { _id: -1 },
    projection: Object.assign({}, ROW_PROJECTION, extraFields),
  } as const;
  const first = await documents.find(filter, { ...options, limit: FIRST_CANDIDATES });
  const rows: StoredRow[] = first.filter(matches);
  if (rows.length <= MAX_RESULTS && first.length === FIRST_CANDIDATES) {
    const older = { $and: [filter, { _id: { $lt: first.at(-1)!._id } }] };
    const found = await documents.find(older, { ...options, limit: MORE_CANDIDATES });
    rows.push(...found.filter(matches));
  }
  return { rows: rows.slice(0, MAX_RESULTS), more: rows.length > MAX_RESULTS };
}
