import { parseResourceName } from '@cups/contracts';
// Not the library's index, which loads mongoose, because catalog has no database.
import { normalizePageSize, createPageToken as writeToken, parsePageToken } from '@cups/contracts/node';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { GetCatalogResponse } from '@cups/contracts/gen/cups/catalog/v1/GetCatalogResponse.ts';
import { violation } from '@cups/problem';
import type { Agency, AgencyChannel, Calendar } from '@cups/registry';
import type { Rpcs } from '@cups/rpc';
import { parseDate, invalidArgument, parseCentreKind } from './request-parsing.ts';
import { toAgency, toCalendar, toEvidenceKinds, toPublicServiceMessage, toServiceElsewhere } from './convert.ts';
import { isFileableAt, versionAt } from './domain/public-service.ts';
import type { DeskLocation, PublicService, Version } from './domain/public-service.ts';
import type { RejectionTemplate } from './domain/rejection-template.ts';
import { createVersionSearch } from './domain/search.ts';

const MAX_AGENCIES = 100;

/** The current content of the catalog. */
export interface CatalogSnapshot {
  /** Whether other replicas have newer files of public services. */
  isBehind: () => boolean;
  services: () => ReadonlyMap<string, PublicService>;
  agencies: () => ReadonlyMap<string, Agency>;
  calendars: () => ReadonlyMap<string, Calendar>;
  /** Texts for rejections, by code. */
  templates: () => ReadonlyMap<string, RejectionTemplate>;
  /** Whether other replicas have newer files of agencies. */
  mayMissAgencies: () => boolean;
}

/** Returns a function that returns the channel of an agency. */
export const channelsIn =
  ({ agencies }: Pick<CatalogSnapshot, 'agencies'>) =>
  (code: string): AgencyChannel =>
    agencies().get(code)?.channel ?? 'kafka';

/** Returns the handlers that list and search public services. */
export function listRpcs(
  snapshot: CatalogSnapshot,
  now: () => Date,
): Pick<Rpcs<CatalogServiceDefinition>, 'ListPublicServices' | 'GetCatalog'> {
  const { services } = snapshot;
  const channelOf = channelsIn(snapshot);
  return {
    async ListPublicServices({ centreKind, agency, query, atDate, pageSize, pageToken, fileableOnly, country }) {
      const filter: ListFilter = {
        date: parseDate(atDate, now),
        location: { kind: parseCentreKind(centreKind), country: country || undefined },
        provider: agency === '' ? undefined : parseResourceName('agencies', agency, '/agency'),
        fileableOnly,
        query,
      };
      const size = normalizePageSize(pageSize);
      const others = [centreKind, agency, query, atDate, fileableOnly, country];
      const after = decodeRank(parsePageToken(pageToken, others));
      const found = findMatches(services(), filter)
        .sort(compareRanks)
        .filter((match) => after === undefined || compareRanks(after, match) < 0);

      const page = found.slice(0, size);
      const last = page.at(-1);
      const { date, location } = filter;
      return {
        publicServices: page.map(({ service, version }) =>
          toPublicServiceMessage(service, version, { date, ...location, full: false, channelOf }),
        ),
        nextPageToken: last && found.length > size ? writeToken(encodeRank(last), others) : '',
      };
    },

    async GetCatalog({ centreKind, country, agencies, atDate }) {
      if (agencies.length > MAX_AGENCIES)
        throw invalidArgument(violation('/agencies', 'MAX_ITEMS', { max: MAX_AGENCIES }));
      const codes = agencies.map((agency) => parseResourceName('agencies', agency, '/agencies'));
      const location = { kind: parseCentreKind(centreKind), country: country || undefined };
      return buildCatalog(snapshot, { date: parseDate(atDate, now), location, codes });
    },
  };
}

/** The filter of a list. */
interface ListFilter {
  date: string;
  location: DeskLocation;
  /** Code of the agency; undefined for any. */
  provider: string | undefined;
  fileableOnly: boolean;
  query: string;
}

interface Match extends Rank {
  service: PublicService;
  version: Version;
}

/** Returns the matching services, unsorted. Without a query the popularity is the score. */
function findMatches(services: ReadonlyMap<string, PublicService>, filter: ListFilter): Match[] {
  const { date, location, provider, fileableOnly, query } = filter;
  const scores = scoreServices(services, query);
  return [...services.values()].flatMap((service) => {
    const version = versionAt(service, date);
    if (!version || (provider !== undefined && version.provider !== provider)) return [];
    if (fileableOnly && !isFileableAt(version, location.kind)) return [];
    const score = scores ? (scores.get(version) ?? 0) : service.search.popularity;
    return score > 0 ? [{ score, code: service.code, service, version }] : [];
  });
}

/** Builds the catalog of a desk for the given agencies; for all of them if the list is empty. */
function buildCatalog(
  snapshot: CatalogSnapshot,
  { date, location, codes }: { date: string; location: DeskLocation; codes: string[] },
): GetCatalogResponse {
  const isRequested = (agency: string) => codes.length === 0 || codes.includes(agency);
  const all = findMatches(snapshot.services(), { date, location, provider: undefined, fileableOnly: false, query: '' });
  all.sort(compareRanks);
  const found = all.filter(({ version }) => isRequested(version.provider));
  const elsewhere = all.filter(({ version }) => !isRequested(version.provider));
  const agencies = sortByCode(snapshot.agencies()).filter(({ code }) => isRequested(code));
  const calendars = sortByCode(snapshot.calendars()).filter(({ code }) =>
    agencies.some(({ calendar }) => calendar === code),
  );
  return {
    agencies: agencies.map(toAgency),
    evidenceKinds: toEvidenceKinds(found.map(({ version }) => version)),
    publicServices: [
      ...found.map(({ service, version }) =>
        toPublicServiceMessage(service, version, { date, ...location, full: true, channelOf: channelsIn(snapshot) }),
      ),
      ...elsewhere.map(({ service, version }) =>
        toServiceElsewhere(service, version, snapshot.agencies().get(version.provider)),
      ),
    ],
    calendars: calendars.map(toCalendar),
  };
}

/** Returns the entries in the order of their codes. */
export function sortByCode<Entry extends { code: string }>(entries: ReadonlyMap<string, Entry>): Entry[] {
  return [...entries.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

const searchCache = new WeakMap<ReadonlyMap<string, PublicService>, ReturnType<typeof createVersionSearch>>();

/** Returns the scores for a query of at most 200 characters. Builds the index once per generation of the registry. */
function scoreServices(
  services: ReadonlyMap<string, PublicService>,
  query: string,
): ReadonlyMap<Version, number> | undefined {
  if (query.length > 200) throw invalidArgument(violation('/query', 'MAX_LENGTH', { max: 200 }));
  const search = searchCache.get(services) ?? createVersionSearch(services.values());
  searchCache.set(services, search);
  return search(query);
}

/** Sort position in a list: score, highest first, then code. */
interface Rank {
  score: number;
  code: string;
}

function encodeRank({ score, code }: Rank): string {
  return `${score} ${code}`;
}

/** Decodes the position of the last match, which may no longer exist. */
function decodeRank(text: string | undefined): Rank | undefined {
  const [score, code = ''] = text?.split(' ') ?? [];
  return score === undefined ? undefined : { score: Number(score), code };
}

function compareRanks(a: Rank, b: Rank): number {
  return b.score - a.score || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
