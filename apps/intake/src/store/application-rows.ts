import { parseTrackingSymbols } from '@cups/application';
import type { State } from '@cups/application';
import type { Documents } from '@cups/store';
import type { ApplicationRow } from '../domain/application.ts';
import { matchesNamePrefixes } from '../domain/search-hasher.ts';
import type { SearchHasher } from '../domain/search-hasher.ts';
import { normalizePhone } from '../domain/search-numbers.ts';
import type { StoredApplication } from '../store.ts';

/** Applications as rows of a list: what the desk finds by a state, a number or a name. */

/** What a row of a list is made of; everything else stays in the store. */
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
  // By which it is seen whether it is the reader's own; no row shows them.
  'content.applicant.idnp': 1,
  'content.represented.idnp': 1,
  submitTime: 1,
  dueDate: 1,
  dueTime: 1,
  noDueDateReason: 1,
  assignee: 1,
  queue: 1,
  'documentRequest.answerBy': 1,
  'decision.approved': 1,
  'decision.decideTime': 1,
  'decision.correctTime': 1,
  'decision.revokeTime': 1,
  'deskNotes.kind': 1,
  'deskNotes.recordTime': 1,
  'payment.payTime': 1,
} as const;

/** An application as a list reads it: the row's fields only. */
export type StoredRow = Pick<StoredApplication, '_id' | 'revision' | 'createTime' | 'updateTime'> & ApplicationRow;

/** The list of the desk, newest first: of its own centre and of those that it took over. */
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

/** Exact matches within these centres, at most 200, newest first. */
export async function findExact(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  query: { trackingNumber: string } | { idnp: string },
): Promise<StoredRow[]> {
  const filter = 'idnp' in query ? personFilter(query.idnp) : query;
  return documents.find(filter, {
    scope: { centre: centres },
    limit: 200,
    sort: { _id: -1 },
    projection: ROW_PROJECTION,
  });
}

const personFilter = (idnp: string): object => ({
  $or: [{ 'content.applicant.idnp': idnp }, { 'content.represented.idnp': idnp }],
});

/** A name, a telephone or a part of a number finds at most so many: whoever sees more types further. */
const MAX_RESULTS = 20;
/** What eight letters find and more letters do not mean is passed over: so many are looked at for that. */
const MAX_CANDIDATES = 200;

/** By the beginnings of names, newest first; nothing when no word typed has three letters. */
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
  const found = await documents.find(
    { $and: words.map((ways) => ({ names: { $in: ways } })) },
    {
      scope: { centre: centres },
      limit: MAX_CANDIDATES,
      sort: { _id: -1 },
      projection: Object.assign({}, ROW_PROJECTION, names),
    },
  );
  const rows = found.filter(({ content }) => matchesNamePrefixes(content, text));
  return { rows: rows.slice(0, MAX_RESULTS), more: rows.length > MAX_RESULTS };
}

/** By a whole telephone of whom to tell, newest first. */
export async function searchByPhone(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  text: string,
  hashes: SearchHasher,
): Promise<{ rows: StoredRow[]; more: boolean }> {
  const found = await findByHashes(documents, centres, hashes.forPhone(text), { 'content.contact.phone': 1 });
  const rows = found.filter(({ content }) => normalizePhone(content.contact?.phone ?? '') === normalizePhone(text));
  return { rows: rows.slice(0, MAX_RESULTS), more: rows.length > MAX_RESULTS };
}

/** By four or more symbols of a tracking number that stand beside each other, newest first. */
export async function searchByPart(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  text: string,
  hashes: SearchHasher,
): Promise<{ rows: StoredRow[]; more: boolean }> {
  const part = parseTrackingSymbols(text);
  const found = await findByHashes(documents, centres, hashes.forTrackingNumber(text), { trackingNumber: 1 });
  const rows = found.filter(({ trackingNumber }) => part && parseTrackingSymbols(trackingNumber)?.includes(part));
  return { rows: rows.slice(0, MAX_RESULTS), more: rows.length > MAX_RESULTS };
}

/** Those that have all of these hashes, with what a find is compared with. */
function findByHashes(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  hashes: readonly string[],
  extraFields: Readonly<Record<string, 1>>,
): Promise<(StoredRow & Pick<StoredApplication, 'trackingNumber' | 'content'>)[]> {
  if (hashes.length === 0) return Promise.resolve([]);
  return documents.find(
    { $and: hashes.map((names) => ({ names })) },
    {
      scope: { centre: centres },
      limit: MAX_CANDIDATES,
      sort: { _id: -1 },
      projection: Object.assign({}, ROW_PROJECTION, extraFields),
    },
  );
}

/** What is open for a person in these centres, newest first, at most 50. */
export async function findOpenForPerson(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  idnp: string,
): Promise<StoredRow[]> {
  const open = { 'queue.since': { $gt: new Date(0) } };
  return documents.find(
    { $and: [personFilter(idnp), open] },
    { scope: { centre: centres }, limit: 50, sort: { _id: -1 }, projection: ROW_PROJECTION },
  );
}

/** The newest application that a person asked for in these centres, with who that is and how to reach them. */
export async function findLastForPerson(
  documents: Documents<StoredApplication>,
  centres: readonly string[],
  idnp: string,
): Promise<Pick<StoredApplication, '_id' | 'content' | 'updateTime'> | undefined> {
  const [last] = await documents.find(
    { 'content.applicant.idnp': idnp },
    {
      scope: { centre: centres },
      limit: 1,
      sort: { _id: -1 },
      projection: { 'content.applicant': 1, 'content.contact': 1, updateTime: 1 },
    },
  );
  return last;
}
