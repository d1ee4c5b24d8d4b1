import { isCivilDate } from '@cups/application';
import { parseName } from '@cups/contracts';
import { enumValue } from '@cups/contracts/proto';
import type { Rpcs } from '@cups/rpc';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
// Not the library's door: it opens mongoose as well, which a service without a database does not need.
import { pageSizeOf, pageToken as writeToken, readPageToken } from '@cups/contracts/node';
import { toMessage, toVersionMessage } from './convert.ts';
import { fileableAt, inForce, pauseAt, versionAt } from './domain/public-service.ts';
import type { CentreKind, Place, PublicService, Version } from './domain/public-service.ts';
import { searchOf } from './domain/search.ts';
import type { Search } from './domain/search.ts';

/** The calls of cups.catalog.v1.CatalogService; `services` gives the registry as it is now. */
export function catalogRpcs(
  services: () => Map<string, PublicService>,
  now: () => Date,
): Rpcs<CatalogServiceDefinition> {
  const find = (name: string): PublicService => {
    const service = services().get(parseName('publicServices', name));
    if (!service) throw notFound('This public service does not exist.');
    return service;
  };

  return {
    async GetPublicService({ name, atDate, centreKind, country }) {
      const date = dateOf(atDate, now);
      const service = find(name);
      const version = versionAt(service, date);
      if (!version) throw notFound('This public service has no version in force on that date.');
      const place = { kind: kindOf(centreKind), country: country || undefined };
      return { publicService: toMessage(service, version, { date, ...place, full: true }) };
    },

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

    async GetPublicServiceVersion({ name, version: named, atDate }) {
      const date = dateOf(atDate, now);
      const service = find(name);
      const version = named === '' ? versionAt(service, date) : versionNamed(service, named);
      if (!version) throw notFound('This public service has no such version, or none in force on that date.');
      return {
        version: toVersionMessage(service, version, { full: true }),
        inForce: inForce(version, date),
        paused: pauseAt(service, date) ?? null,
      };
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

const searches = new WeakMap<ReadonlyMap<string, PublicService>, Search>();

/** What fits a query of at most 200 letters in one generation of the registry, whose index is made at its first use. */
function scoresOf(services: ReadonlyMap<string, PublicService>, query: string): ReturnType<Search> {
  if (query.length > 200) throw invalid(violation('/query', 'MAX_LENGTH', { most: 200 }));
  const search = searches.get(services) ?? searchOf(services.values());
  searches.set(services, search);
  return search(query);
}

function versionNamed({ versions }: PublicService, name: string): Version | undefined {
  return versions.find(({ version }) => version === name);
}

function dateOf(text: string, now: () => Date): string {
  if (text === '') return now().toLocaleDateString('sv-SE', { timeZone: 'Europe/Chisinau' });
  if (!isCivilDate(text)) throw invalid(violation('/atDate', 'DATE'));
  return text;
}

function kindOf(word: string): CentreKind | undefined {
  const kind = enumValue('CENTRE_KIND_', word);
  return kind === '' ? undefined : (kind as CentreKind);
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

function invalid(wrong: Violation): Problem {
  return new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The request is not well formed.',
    violations: [wrong],
  });
}

function notFound(message: string): Problem {
  return new Problem({ reason: 'NOT_FOUND', message });
}
