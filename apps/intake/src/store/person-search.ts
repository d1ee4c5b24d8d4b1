import type { Documents } from '@cups/store';
import type { PersonRole, SearchHasher } from '../domain/search-hasher.ts';
import { PERSON_HASHES_VERSION } from '../store.ts';
import type { StoredApplication } from '../store.ts';
import { ROW_PROJECTION } from './application-rows.ts';
import type { StoredRow } from './application-rows.ts';

/** Searches by personal number. The store has only keyed hashes of these numbers. */

export interface PersonSearchDeps {
  applications: Documents<StoredApplication>;
  hashes: SearchHasher;
  /** Whether all applications have hashes of personal numbers. Until then, those of an earlier release are in clear. */
  isBackfilled: () => boolean;
}

type Centres = readonly string[];

interface PersonQuery<D> {
  idnp: string;
  centres: Centres;
  roles: readonly PersonRole[];
  /** Conditions beside the person. */
  filter?: object;
  limit: number;
  projection: Readonly<Record<string, 1>>;
  /** Compares the number itself: hashes can collide. */
  isMatch: (found: D) => boolean;
}

/** Returns a person's applications in these centres, newest first, at most 200. */
export const findForPerson = (deps: PersonSearchDeps, centres: Centres, idnp: string): Promise<StoredRow[]> =>
  findRows(deps, { idnp, centres, limit: 200 });

/** Returns a person's open applications in these centres, newest first, at most 50. */
export const findOpenForPerson = (deps: PersonSearchDeps, centres: Centres, idnp: string): Promise<StoredRow[]> =>
  findRows(deps, { idnp, centres, limit: 50, filter: { 'queue.since': { $gt: new Date(0) } } });

const findRows = (
  deps: PersonSearchDeps,
  query: Pick<PersonQuery<StoredRow>, 'idnp' | 'centres' | 'limit' | 'filter'>,
): Promise<StoredRow[]> =>
  findNewest(deps, {
    ...query,
    roles: ['applicant', 'represented'],
    projection: ROW_PROJECTION,
    isMatch: ({ content }) => content?.applicant?.idnp === query.idnp || content?.represented?.idnp === query.idnp,
  });

type LastApplication = Pick<StoredApplication, '_id' | 'content' | 'updateTime'>;

/** Returns an applicant's newest application in these centres, with person and contact. */
export async function findLastForPerson(
  deps: PersonSearchDeps,
  centres: Centres,
  idnp: string,
): Promise<LastApplication | undefined> {
  const [last] = await findNewest<LastApplication>(deps, {
    idnp,
    centres,
    limit: 1,
    roles: ['applicant'],
    projection: { 'content.applicant': 1, 'content.contact': 1, updateTime: 1 },
    isMatch: ({ content }) => content.applicant?.idnp === idnp,
  });
  return last;
}

async function findNewest<D extends StoredRow | LastApplication>(
  { applications, hashes, isBackfilled }: PersonSearchDeps,
  { idnp, centres, roles, filter = {}, limit, projection, isMatch }: PersonQuery<D>,
): Promise<D[]> {
  const options = { scope: { centre: centres }, limit, sort: { _id: -1 }, projection } as const;
  const find = async (more: object) =>
    (await applications.find({ ...filter, ...more }, options)) as unknown as readonly D[];
  const wanted = roles.flatMap((role) => hashes.forPerson(role, idnp));
  const found = (await find({ names: { $in: wanted } })).filter(isMatch);
  if (isBackfilled()) return found;
  const earlier = await find({
    schemaVersion: { $lt: PERSON_HASHES_VERSION },
    $or: roles.map((role) => ({ [`content.${role}.idnp`]: idnp })),
  });
  const all = new Map([...found, ...earlier].map((one) => [one._id, one]));
  return [...all.values()].sort((one, other) => (one._id < other._id ? 1 : -1)).slice(0, limit);
}
