import { waitUntil } from './desk.ts';
import type { Application, Desk } from './desk.ts';
import type { ExpectedApplication, Reconciliation } from './reconcile.ts';
import type { ExpectedDocument } from './scans.ts';

/** Reconciles documents: uploads, results, and what the agencies fetched. */

/** A document as the API lists it. */
interface StoredDocument {
  name: string;
  purpose: string;
  kind: string;
  state: string;
  uploadSha256: string;
  pages?: number;
  refusal?: string;
}

/**
 * Checks that each acknowledged upload exists once, with the expected result of its check, and that the application
 * refers to it; and that the hand-over recorded the results that the desk read.
 */
export async function checkDocuments(
  balance: Reconciliation,
  { id, uploads, results }: ExpectedApplication,
  desk: Desk,
  patienceSeconds: number,
): Promise<void> {
  if (uploads.length + results.length === 0) return;
  const documents = await listChecked(desk, id, patienceSeconds);
  for (const upload of uploads) {
    count(balance, `document ${upload.name}`, documents.filter(({ name }) => name === upload.name).length);
    const stored = documents.find(({ name }) => name === upload.name);
    if (stored && !isAsExpected(stored, upload)) balance.lost.push(`the content of ${upload.name}`);
  }
  for (const { name } of results) {
    count(balance, `result ${name}`, documents.filter((one) => one.name === name && one.state === 'ready').length);
  }
  const acknowledged = new Set(uploads.map(({ name }) => name));
  for (const { name, purpose } of documents) {
    if (purpose === 'evidence' && !acknowledged.has(name)) balance.doubled.push(`a document of ${id}, ${name}`);
  }
  const app = await readChecked(desk, id, patienceSeconds);
  checkReferences(balance, app, attachedCopies(uploads));
  checkHandOver(balance, app, results);
}

const isChecked = ({ state }: { state: string }): boolean => state !== 'uploading' && state !== 'checking';

/** Returns the documents of an application once none is being checked; a timeout leaves them as they are. */
function listChecked(desk: Desk, id: string, patienceSeconds: number): Promise<StoredDocument[]> {
  const list = async () => {
    const { body } = await desk.call<{ documents: StoredDocument[] }>('GET', `/applications/${id}/documents`);
    return body.documents;
  };
  const areChecked = (documents: StoredDocument[]) => documents.every(isChecked);
  return waitUntil(list, areChecked, `checks of ${id}`, patienceSeconds).catch(list);
}

/** Returns an application once it has the results of all checks; a timeout leaves it as it is. */
function readChecked(desk: Desk, id: string, patienceSeconds: number): Promise<Application> {
  const read = async () => (await desk.call<Application>('GET', `/applications/${id}`)).body;
  const hasChecks = ({ documents = [] }: Application) => documents.every(isChecked);
  return waitUntil(read, hasChecks, `references of ${id}`, patienceSeconds).catch(read);
}

/** A refused document is not attached. */
const attachedCopies = (uploads: ExpectedDocument[]): ExpectedDocument[] =>
  uploads.filter(({ refusal }) => refusal === undefined);

function isAsExpected(stored: StoredDocument, { kind, sha256, pages, refusal }: ExpectedDocument): boolean {
  if (stored.kind !== kind || stored.uploadSha256 !== sha256) return false;
  return refusal === undefined
    ? stored.state === 'ready' && stored.pages === pages
    : stored.state === 'refused' && stored.refusal === refusal;
}

function checkReferences(
  balance: Reconciliation,
  { id, documents = [] }: Application,
  copies: ExpectedDocument[],
): void {
  for (const { name } of copies) {
    count(balance, `reference of ${id} to ${name}`, documents.filter((one) => one.name === name).length);
    const state = documents.find((one) => one.name === name)?.state;
    if (state !== undefined && state !== 'ready') balance.lost.push(`the check of ${name} in ${id}`);
  }
}

function checkHandOver(
  balance: Reconciliation,
  { id, handOver }: Application,
  results: ExpectedApplication['results'],
): void {
  const recorded = handOver?.documentSha256s ?? [];
  for (const { name, sha256 } of results) {
    count(balance, `hash of ${name} in the hand-over of ${id}`, recorded.filter((one) => one === sha256).length);
  }
}

function count({ lost, doubled }: Reconciliation, what: string, found: number): void {
  if (found < 1) lost.push(what);
  if (found > 1) doubled.push(`${what} (${found})`);
}

/** Copies that one agency had to fetch before it decided about one application. */
interface Fetches {
  application: string;
  agency: string;
  copies: number;
  fetched: number;
}

export interface FetchOptions {
  /** Whether every agency has a system; otherwise an agency without any fetch counts as one without a system. */
  everyAgency: boolean;
  /** Maximum seconds until the access log of one application is complete. */
  waitSeconds: number;
}

/**
 * Counts in the access logs how often the agencies fetched the copies of decided applications.
 * @returns the number of fetches
 */
export async function checkFetches(
  balance: Reconciliation,
  books: ExpectedApplication[],
  desks: Map<string, Desk>,
  { everyAgency, waitSeconds }: FetchOptions,
): Promise<number> {
  const all: Fetches[] = [];
  for (const { id, centre, agency, actions, uploads } of books) {
    const copies = attachedCopies(uploads).length;
    if (copies === 0 || !actions.includes('hand-over')) continue;
    const read = () => countFetches(desks.get(`centres/${centre}`)!, id, agency);
    const enough = (fetched: number) => fetched >= copies;
    const fetched = await waitUntil(read, enough, `fetches of ${id}`, waitSeconds).catch(read);
    all.push({ application: id, agency, copies, fetched });
  }
  const connected = new Set(all.filter(({ fetched }) => fetched > 0).map(({ agency }) => agency));
  for (const { application, agency, copies, fetched } of all) {
    if (fetched >= copies || !(everyAgency || connected.has(agency))) continue;
    balance.lost.push(`fetches of ${application} by ${agency}: ${fetched} of ${copies}`);
  }
  return all.reduce((sum, { fetched }) => sum + fetched, 0);
}

async function countFetches(desk: Desk, id: string, agency: string): Promise<number> {
  type Page = { entries: { kind: string; agency?: string }[] };
  const { body } = await desk.call<Page>('GET', `/applications/${id}/access-log?pageSize=200`);
  return body.entries.filter((entry) => entry.kind === 'document' && entry.agency === `agencies/${agency}`).length;
}
