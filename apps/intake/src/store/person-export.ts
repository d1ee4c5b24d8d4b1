import type { Documents } from '@cups/store';
import { Problem } from '@cups/problem';
import { copyRolesOf } from '../domain/person-copy.ts';
import { countArchived } from '../domain/history.ts';
import type { SearchHasher } from '../domain/search-hasher.ts';
import type { StoredApplication } from '../store.ts';

/** Finds all applications of a person, at all centres, for the copy of their data. */

export interface PersonExportDeps {
  applications: Documents<StoredApplication>;
  hashes: SearchHasher;
  /** Whether all applications have hashes of personal numbers. */
  isBackfilled: () => boolean;
}

export interface PersonPage {
  /** Newest first. */
  found: StoredApplication[];
  /** IDs of applications whose content cannot be read. */
  unreadable: string[];
  /** ID of the last one of the page, if there are more. */
  next: string | undefined;
}

/** A response has at most 4 MiB: the page ends after the application that exceeds this number of characters. */
const MAX_PAGE_CHARACTERS = 512 * 1024;
const MAX_ROW_CHARACTERS = 2_500;

/** @throws Problem STORE_UNAVAILABLE while applications of an earlier release lack the hashes: no copy is incomplete */
export function assertSearchable({ isBackfilled }: Pick<PersonExportDeps, 'isBackfilled'>): void {
  if (!isBackfilled())
    throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Applications are being prepared for the search.' });
}

/**
 * Returns a page of the person's applications.
 * @param before ID of the last one of the previous page
 */
export async function findPersonPage(
  { applications, hashes }: Pick<PersonExportDeps, 'applications' | 'hashes'>,
  { idnp, before, pageSize }: { idnp: string; before: string | undefined; pageSize: number },
): Promise<PersonPage> {
  const centres = await listCentres(applications);
  if (centres.length === 0) return { found: [], unreadable: [], next: undefined };
  const names = { $in: [...hashes.forPerson('applicant', idnp), ...hashes.forPerson('represented', idnp)] };
  // The index begins with the centre.
  const filter = { centre: { $in: centres }, names, ...(before !== undefined && { _id: { $lt: before } }) };
  const options = { scope: 'platform', sort: { _id: -1 }, limit: pageSize + 1 } as const;
  const candidates = await applications.find(filter, options);
  const page = cutPage(candidates.slice(0, pageSize));
  return {
    found: page.filter((app) => copyRolesOf(app, idnp).length > 0),
    unreadable: page.filter(({ content }) => !content.applicant && !content.represented).map(({ _id }) => _id),
    next: page.length < candidates.length ? page.at(-1)?._id : undefined,
  };
}

/** Returns a page with the application whose history continues; with none if it was erased meanwhile. */
export async function findContinued(
  { applications }: Pick<PersonExportDeps, 'applications'>,
  { idnp, id }: { idnp: string; id: string },
): Promise<PersonPage> {
  const app = await applications.get(id, { scope: 'platform' });
  return { found: app && copyRolesOf(app, idnp).length > 0 ? [app] : [], unreadable: [], next: id };
}

/** Returns the first applications that fit into a response with their whole histories; at least one. */
export function cutPage(candidates: StoredApplication[]): StoredApplication[] {
  let characters = 0;
  const end = candidates.findIndex((app) => (characters += sizeOf(app)) > MAX_PAGE_CHARACTERS);
  return end === -1 ? candidates : candidates.slice(0, end + 1);
}

/** Archived rows are read later, so they count with the size of a row that has a long text. */
const sizeOf = (app: StoredApplication): number => JSON.stringify(app).length + countArchived(app) * MAX_ROW_CHARACTERS;

/** Returns the centres that have applications, also former ones. Each costs one look at the index. */
async function listCentres(applications: Documents<StoredApplication>): Promise<string[]> {
  const centres: string[] = [];
  for (;;) {
    const filter = { centre: { $gt: centres.at(-1) ?? '' } };
    const options = { scope: 'platform', sort: { centre: 1 }, limit: 1, projection: { centre: 1 } } as const;
    const [next] = await applications.find(filter, options);
    if (!next) return centres;
    centres.push(next.centre);
  }
}
