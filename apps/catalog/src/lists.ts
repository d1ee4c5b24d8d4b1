import { parseName } from '@cups/contracts';
// Not the library's door: it opens mongoose as well, which a service without a database does not need.
import { pageSizeOf, pageToken as writeToken, readPageToken } from '@cups/contracts/node';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import type { GetRegistryResponse } from '@cups/contracts/gen/cups/catalog/v1/GetRegistryResponse.ts';
import { violation } from '@cups/problem';
import type { Agency, Calendar } from '@cups/registry';
import type { Rpcs } from '@cups/rpc';
import { dateOf, invalid, kindOf } from './asked.ts';
import { toAgency, toCalendar, toEvidenceKinds, toMessage } from './convert.ts';
import { fileableAt, versionAt } from './domain/public-service.ts';
import type { Place, PublicService, Version } from './domain/public-service.ts';
import { searchOf } from './domain/search.ts';

/** Many public services at once: lists and searches, and all that a desk needs to know. */

const MOST_AGENCIES = 100;

/** What the catalog knows, as it is now. */
export interface Known {
  /** Whether other replicas have newer files of public services. */
  isBehind: () => boolean;
  services: () => ReadonlyMap<string, PublicService>;
  agencies: () => ReadonlyMap<string, Agency>;
  calendars: () => ReadonlyMap<string, Calendar>;
}

/** The calls that tell of many services. */
export function listRpcs(
  known: Known,
  now: () => Date,
): Pick<Rpcs<CatalogServiceDefinition>, 'ListPublicServices' | 'GetRegistry'> {
  const { services } = known;
  return {
    async ListPublicServices({ centreKind, agency, query, atDate, pageSize, pageToken, fileableOnly, country }) {
      const asked: Asked = {
        date: dateOf(atDate, now),
        place: { kind: kindOf(centreKind), country: country || undefined },
        provider: agency === '' ? undefined : parseName('agencies', agency, '/agency'),
        fileableOnly,
        query,
      };
      const size = pageSizeOf(pageSize);
      const others = [centreKind, agency, query, atDate, fileableOnly, country];
      const after = placeFrom(readPageToken(pageToken, others));
      const found = matching(services(), asked)
        .sort(compare)
        .filter((match) => after === undefined || compare(after, match) < 0);

      const page = found.slice(0, size);
      const last = page.at(-1);
      const { date, place } = asked;
      return {
        publicServices: page.map(({ service, version }) =>
          toMessage(service, version, { date, ...place, full: false }),
        ),
        nextPageToken: last && found.length > size ? writeToken(placeOf(last), others) : '',
      };
    },

    async GetRegistry({ centreKind, country, agencies, atDate }) {
      if (agencies.length > MOST_AGENCIES) throw invalid(violation('/agencies', 'MAX_ITEMS', { most: MOST_AGENCIES }));
      const codes = agencies.map((agency) => parseName('agencies', agency, '/agencies'));
      const place = { kind: kindOf(centreKind), country: country || undefined };
      return registryOf(known, { date: dateOf(atDate, now), place, codes });
    },
  };
}

/** What a list is asked for. */
interface Asked {
  date: string;
  place: Place;
  /** Code of the agency; undefined for any. */
  provider: string | undefined;
  fileableOnly: boolean;
  query: string;
}

interface Match extends Rank {
  service: PublicService;
  version: Version;
}

/** The services that a list is asked for, in no order; without a query each counts as often as villages ask for it. */
function matching(services: ReadonlyMap<string, PublicService>, asked: Asked): Match[] {
  const { date, place, provider, fileableOnly, query } = asked;
  const scores = scoresOf(services, query);
  return [...services.values()].flatMap((service) => {
    const version = versionAt(service, date);
    if (!version || (provider !== undefined && version.provider !== provider)) return [];
    if (fileableOnly && !fileableAt(version, place.kind)) return [];
    const score = scores ? (scores.get(version) ?? 0) : service.finding.popularity;
    return score > 0 ? [{ score, code: service.code, service, version }] : [];
  });
}

/** What a desk needs to know of the agencies that it works for; all of them where it names none. */
function registryOf(
  known: Known,
  { date, place, codes }: { date: string; place: Place; codes: string[] },
): GetRegistryResponse {
  const isAsked = (agency: string) => codes.length === 0 || codes.includes(agency);
  const found = matching(known.services(), { date, place, provider: undefined, fileableOnly: false, query: '' })
    .filter(({ version }) => isAsked(version.provider))
    .sort(compare);
  const agencies = byCode(known.agencies()).filter(({ code }) => isAsked(code));
  const calendars = byCode(known.calendars()).filter(({ code }) => agencies.some(({ calendar }) => calendar === code));
  return {
    agencies: agencies.map(toAgency),
    evidenceKinds: toEvidenceKinds(found.map(({ version }) => version)),
    publicServices: found.map(({ service, version }) => toMessage(service, version, { date, ...place, full: true })),
    calendars: calendars.map(toCalendar),
  };
}

function byCode<Entry extends { code: string }>(entries: ReadonlyMap<string, Entry>): Entry[] {
  return [...entries.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

const searches = new WeakMap<ReadonlyMap<string, PublicService>, ReturnType<typeof searchOf>>();

/** What fits a query of at most 200 letters in one generation of the registry, whose index is made at its first use. */
function scoresOf(
  services: ReadonlyMap<string, PublicService>,
  query: string,
): ReadonlyMap<Version, number> | undefined {
  if (query.length > 200) throw invalid(violation('/query', 'MAX_LENGTH', { most: 200 }));
  const search = searches.get(services) ?? searchOf(services.values());
  searches.set(services, search);
  return search(query);
}

/** A place in the order of a list: best match first (without a query, what villages ask for most), then by code. */
interface Rank {
  score: number;
  code: string;
}

function placeOf({ score, code }: Rank): string {
  return `${score} ${code}`;
}

/** The last match need not exist any more. */
function placeFrom(text: string | undefined): Rank | undefined {
  const [score, code = ''] = text?.split(' ') ?? [];
  return score === undefined ? undefined : { score: Number(score), code };
}

function compare(a: Rank, b: Rank): number {
  return b.score - a.score || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
