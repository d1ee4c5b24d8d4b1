import { createHash } from 'node:crypto';
import { isCivilDate, parseName } from '@cups/contracts';
import { enumValue } from '@cups/contracts/proto';
import type { Rpcs } from '@cups/service';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { Problem } from '@cups/problem';
import { toMessage, toVersionMessage } from './convert.ts';
import { fileableAt, inForce, versionAt } from './domain/public-service.ts';
import type { CentreKind, PublicService } from './domain/public-service.ts';
import { rank } from './domain/search.ts';

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
    async GetPublicService({ name, atDate, centreKind }) {
      const date = dateOf(atDate, now);
      const service = find(name);
      const version = versionAt(service, date);
      if (!version) throw notFound('This public service has no version in force on that date.');
      return { publicService: toMessage(service, version, { kind: kindOf(centreKind), full: true }) };
    },

    async ListPublicServices({ centreKind, agency, query, atDate, pageSize, pageToken, fileableOnly }) {
      const date = dateOf(atDate, now);
      const kind = kindOf(centreKind);
      const provider = agency === '' ? undefined : parseName('agencies', agency, 'agency');
      if (query.length > 200) throw invalid('query', 'MAX_LENGTH', 'must have at most 200 characters');
      const size = pageSizeOf(pageSize);
      const mark = digest([centreKind, agency, query, atDate, fileableOnly]);
      const after = readToken(pageToken, mark);

      const found = [...services().values()]
        .flatMap((service) => {
          const version = versionAt(service, date);
          if (!version || (provider !== undefined && version.provider !== provider)) return [];
          if (fileableOnly && !fileableAt(version, kind)) return [];
          const score = rank(service, version, query);
          return score > 0 ? [{ score, code: service.code, service, version }] : [];
        })
        .sort(compare)
        .filter((match) => after === undefined || compare(after, match) < 0);

      const page = found.slice(0, size);
      const last = page.at(-1);
      return {
        publicServices: page.map(({ service, version }) => toMessage(service, version, { kind, full: false })),
        nextPageToken: last && found.length > size ? writeToken(last, mark) : '',
      };
    },

    async GetPublicServiceVersion({ name, version: named, atDate }) {
      const date = dateOf(atDate, now);
      const service = find(name);
      const version =
        named === '' ? versionAt(service, date) : service.versions.find((known) => known.version === named);
      if (!version) throw notFound('This public service has no such version, or none in force on that date.');
      return { version: toVersionMessage(service, version, { full: true }), inForce: inForce(version, date) };
    },
  };
}

function dateOf(text: string, now: () => Date): string {
  if (text === '') return now().toLocaleDateString('sv-SE', { timeZone: 'Europe/Chisinau' });
  if (!isCivilDate(text)) throw invalid('atDate', 'CIVIL_DATE', 'must be a date, yyyy-MM-dd');
  return text;
}

function kindOf(word: string): CentreKind | undefined {
  const kind = enumValue('CENTRE_KIND_', word);
  return kind === '' ? undefined : (kind as CentreKind);
}

/** A place in the order of a list: best match first, then by code. */
interface Place {
  score: number;
  code: string;
}

function compare(a: Place, b: Place): number {
  return b.score - a.score || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}

function pageSizeOf(asked: number): number {
  if (asked < 0) throw invalid('pageSize', 'MINIMUM', 'must be 0 or more');
  return asked === 0 ? 50 : Math.min(asked, 200);
}

function writeToken({ score, code }: Place, mark: string): string {
  return Buffer.from(JSON.stringify([score, code, mark])).toString('base64url');
}

/** A token is good only with the arguments it was made for; the last match need not exist any more. */
function readToken(token: string, mark: string): Place | undefined {
  if (token === '') return undefined;
  try {
    const [score, code, made] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof score === 'number' && typeof code === 'string' && made === mark) return { score, code };
  } catch {
    // not one of ours: answered below
  }
  throw new Problem({
    kind: 'INVALID',
    reason: 'PAGE_TOKEN_INVALID',
    message: 'The page token does not belong to these arguments. Start again without a token.',
    violations: [{ field: 'pageToken', rule: 'PAGE_TOKEN', message: 'does not belong to these arguments' }],
  });
}

function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 16);
}

function invalid(field: string, rule: string, message: string): Problem {
  return new Problem({
    kind: 'INVALID',
    reason: 'INVALID_ARGUMENT',
    message: 'The request is not well formed.',
    violations: [{ field, rule, message }],
  });
}

function notFound(message: string): Problem {
  return new Problem({ kind: 'NOT_FOUND', reason: 'NOT_FOUND', message });
}
