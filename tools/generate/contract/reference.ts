import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForReaders, REFUSALS } from '@cups/agency-contract';
import { parse } from 'yaml';
import type { Json } from './publish.ts';

/**
 * Code lists for agencies, generated from the registry data: document kinds, each agency's services with their answer schemas,
 * centre kinds, and causes of refused replies.
 */

interface LocalizedText {
  ro: string;
  ru: string;
  en: string;
}
interface Version {
  version: string;
  validFrom: string;
  validTo?: string;
  title: LocalizedText;
  provider: string;
  centreKinds?: string[];
  evidence?: { kind: string; title: LocalizedText; required: boolean }[];
  costOptions?: { code: string; title: LocalizedText }[];
  outputs?: { kind: string; title: LocalizedText }[];
  form?: Json;
}
interface PublicService {
  code: string;
  stateCode?: string;
  versions: Version[];
}

interface Agency {
  code: string;
  name: LocalizedText;
  channel?: string;
}

/** Form keywords that only the desk uses. */
const DESK_KEYWORDS = ['x-reuse', 'x-messages', 'x-help', 'x-sections'];

/**
 * @param data folder `data` of the repository
 * @returns contents by file name in `reference`
 */
export function buildReference(data: string): Record<string, unknown> {
  // The contract is for systems: agencies without one are left out, with their services.
  const agencies = readEntries<Agency>(join(data, 'agencies')).filter(({ channel = 'kafka' }) => channel === 'kafka');
  const isAgency = (provider: string) => agencies.some(({ code }) => code === provider);
  const services = readEntries<PublicService>(join(data, 'public-services')).filter(({ versions }) =>
    versions.some(({ provider }) => isAgency(provider)),
  );
  const centres = readEntries<{ kind: string }>(join(data, 'centres'));
  return {
    'document-kinds.json': listDocumentKinds(services),
    // The name of 1.0 and 1.1; version 2 drops it.
    'paper-kinds.json': listDocumentKinds(services),
    'centre-kinds.json': listCentreKinds(services, centres),
    'refusals.json': Object.entries(REFUSALS).map(([cause, { handling, meaning, remedy }]) => ({
      cause,
      handling,
      meaning,
      // The name of 1.0 and 1.1; version 2 drops it.
      mend: remedy,
      remedy,
    })),
    ...Object.fromEntries(
      agencies.map(({ code, name }) => [
        `public-services/${code}.json`,
        { agency: code, name, publicServices: listServices(code, services) },
      ]),
    ),
    ...buildAnswerSchemas(services),
  };
}

function readEntries<Entry>(folder: string): Entry[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Entry);
}

/** Lists every kind that a version requires, with its first name, as the desk shows it. */
function listDocumentKinds(services: PublicService[]): { kind: string; name: LocalizedText }[] {
  const names = new Map<string, LocalizedText>();
  for (const { kind, title } of services.flatMap(({ versions }) => versions.flatMap(({ evidence = [] }) => evidence))) {
    if (!names.has(kind)) names.set(kind, title);
  }
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, name]) => ({ kind, name }));
}

/** Lists the kinds of existing centres, and those that services are meant for. */
function listCentreKinds(services: PublicService[], centres: { kind: string }[]): string[] {
  const meant = services.flatMap(({ versions }) => versions.flatMap(({ centreKinds = [] }) => centreKinds));
  return [...new Set([...meant, ...centres.map(({ kind }) => kind)])].sort();
}

const answersFile = (code: string, version: string) => `answers/${code}/${version}.json`;

/** Lists an agency's services, with their versions. */
function listServices(agency: string, services: PublicService[]): unknown[] {
  return services.flatMap(({ code, stateCode, versions }) => {
    const own = versions.filter(({ provider }) => provider === agency);
    if (own.length === 0) return [];
    return [{ code, ...(stateCode && { stateCode }), versions: own.map((version) => toVersion(code, version)) }];
  });
}

function toVersion(code: string, given: Version): Json {
  const { version, validFrom, validTo, title, centreKinds = [], evidence = [], costOptions = [], outputs = [] } = given;
  return {
    version,
    validFrom,
    ...(validTo && { validTo }),
    title,
    centreKinds,
    ...(given.form && { answers: answersFile(code, version) }),
    papers: evidence.map(({ kind, required }) => ({ kind, required })),
    costOptions: costOptions.map((option) => ({ code: option.code, name: option.title })),
    outputs: outputs.map(({ kind, title: name }) => ({ kind, name })),
  };
}

/** Builds an open schema of `answers` for each version with a form. */
function buildAnswerSchemas(services: PublicService[]): Record<string, unknown> {
  const schemas = services.flatMap(({ code, versions }) =>
    versions.flatMap(({ version, title, form }) => {
      if (!form) return [];
      const { $schema, title: _form, 'x-title': _title, ...rest } = removeDeskKeywords(openForReaders(form)) as Json;
      const $id = `urn:cups:agency:v1:answers:${code}:${version}`;
      return [[answersFile(code, version), { $schema, $id, title: title.ro, 'x-title': title, ...rest }] as const];
    }),
  );
  return Object.fromEntries(schemas);
}

function removeDeskKeywords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(removeDeskKeywords);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !DESK_KEYWORDS.includes(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, removeDeskKeywords(item)]));
}
