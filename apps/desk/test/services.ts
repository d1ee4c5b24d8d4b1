/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { PublicService, Catalog } from '../src/api/types.ts';

/** The public services of the repository as the catalog of a town hall. */

const FOLDER = join(import.meta.dirname, '../../../data/public-services');

interface File {
  code: string;
  theme?: string;
  search: { popularity: number; keywords: Record<string, string[]> };
  versions: Record<string, unknown>[];
}
interface Rule {
  when?: { represented?: boolean; mandate?: string[]; answer?: { field: string; in: string[] } };
}

function toPublicService({ code, theme, search, versions }: File): PublicService {
  const version = versions.at(-1) as Record<string, unknown> & { evidence?: Rule[]; centreKinds?: string[] };
  const evidence = (version.evidence ?? []).map((rule) => {
    const { represented, mandate, answer } = rule.when ?? {};
    const when = { represented, mandates: mandate, answer: answer && { field: answer.field, values: answer.in } };
    return Object.assign({}, rule, { when: rule.when && when });
  });
  const read = { provider: `agencies/${String(version['provider'])}`, theme, evidence, formSchema: version['form'] };
  const service = {
    name: `publicServices/${code}`,
    code,
    popularity: search.popularity,
    keywords: Object.values(search.keywords).flat(),
    fileable: version.centreKinds?.includes('town-hall') === true,
    version: Object.assign({}, version, read),
  };
  return service as unknown as PublicService;
}

export const services = readdirSync(FOLDER)
  .map((name) => toPublicService(parse(readFileSync(join(FOLDER, name), 'utf8')) as File))
  .sort((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0) || (a.code < b.code ? -1 : 1));

export const catalog = {
  centre: { kind: 'town-hall', displayName: 'Colibași' },
  agencies: ['asp', 'cnas', 'mai', 'cadastru'].map((code) => ({
    name: `agencies/${code}`,
    code,
    acceptsForeignDocuments: code === 'asp',
  })),
  publicServices: services,
} as unknown as Catalog;

export function findServiceByCode(code: string): PublicService {
  const service = services.find((candidate) => candidate.code === code);
  if (!service) throw new Error(`There is no public service ${code}.`);
  return service;
}
