import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCentreParser } from '@cups/identity/files';
import type { Centre } from '@cups/identity/files';
import { validateTransfers } from '@cups/identity/transfers';
import { createAgencyParser } from '@cups/registry';

/** The centres of a data folder as a set, with checks across files. */

/** Caches unchanged files. */
const parseCentres = createCentreParser();

/** A centre with the text of its file. */
export interface CentreEntry extends Centre {
  text: string;
}

/** A file with its name in the folder. */
interface CentreFile {
  path: string;
  text: string;
}

export interface CentreSet {
  /** By code, sorted. */
  centres: ReadonlyMap<string, CentreEntry>;
  /** Sorted codes of the agencies that have a file. */
  agencies: readonly string[];
  /** Errors, one sentence each, starting with the file name. */
  faults: readonly string[];
}

/**
 * Reads the centres and agencies of a data folder.
 * @throws Error when a folder cannot be read
 */
export function readSet(dataDir: string): CentreSet {
  const agencies = createAgencyParser()(readFiles(join(dataDir, 'agencies')));
  const set = buildSet(readFiles(join(dataDir, 'centres')), [...agencies.entries.keys()]);
  const faults = [...agencies.problems.map(({ file, message }) => `agencies/${file}: ${message}`), ...set.faults];
  return { centres: set.centres, agencies: set.agencies, faults };
}

/** Builds a set from files. */
export function buildSet(files: CentreFile[], agencies: readonly string[]): CentreSet {
  const { entries, problems } = parseCentres(files);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const centres = new Map<string, CentreEntry>();
  for (const code of [...entries.keys()].sort(byNumber)) {
    const centre = entries.get(code)!;
    centres.set(code, { ...centre, text: texts.get(fileOf(code))! });
  }
  const names = files.map(({ path }) => path);
  const faults = [
    ...problems.map(({ file, message }) => `${file}: ${message}`),
    ...findGaps(names),
    ...findUnknownAgencies(centres, agencies),
    ...findDuplicates(centres),
    ...validateTransfers(centres).map(({ code, message }) => `${fileOf(code)}: ${message}`),
  ];
  return { centres, agencies, faults };
}

/** Returns the file name of a centre. */
export const fileOf = (code: string): string => `${code}.yaml`;

/** Returns the next free code. */
export function nextCode(codes: Iterable<string>): string {
  const last = Math.max(0, ...[...codes].map(numberOf));
  return `CU-${String(last + 1).padStart(3, '0')}`;
}

const numberOf = (code: string): number => Number(/\d+/.exec(code)?.[0] ?? 0);
const byNumber = (a: string, b: string): number => numberOf(a) - numberOf(b);

function readFiles(dir: string): CentreFile[] {
  const names = readdirSync(dir).filter((name) => name.endsWith('.yaml') && !name.startsWith('.'));
  return names.sort().map((path) => ({ path, text: readFileSync(join(dir, path), 'utf8') }));
}

/** Reports gaps in the codes, since a removed file leaves one. */
function findGaps(files: string[]): string[] {
  const there = new Set(files);
  const last = numberOf(nextCode(files)) - 1;
  const codes = Array.from({ length: last }, (_, index) => `CU-${String(index + 1).padStart(3, '0')}`);
  const missing = codes.map(fileOf).filter((file) => !there.has(file));
  const [first] = missing;
  if (first === undefined) return [];
  const others = missing.length > 1 ? `, and so are ${missing.length - 1} more` : '';
  return [`${first} is missing${others}; a centre that ends is closed, and its file stays`];
}

function findUnknownAgencies(centres: ReadonlyMap<string, CentreEntry>, agencies: readonly string[]): string[] {
  return [...centres.values()].flatMap(({ code, agencies: own }) => {
    const unknown = own.filter((agency) => !agencies.includes(agency));
    return unknown.map((agency) => `${fileOf(code)}: agency ${agency} has no file in agencies`);
  });
}

/** Reports centres with the same name and district: most likely one was entered twice. */
function findDuplicates(centres: ReadonlyMap<string, CentreEntry>): string[] {
  const first = new Map<string, string>();
  const faults: string[] = [];
  for (const { code, name, district = '', kind, status } of centres.values()) {
    if (status === 'closed') continue;
    const key = `${kind}\0${name}\0${district}`;
    const other = first.get(key);
    if (other) faults.push(`${fileOf(code)}: ${name}${district && ` (${district})`} already exists as ${other}`);
    else first.set(key, code);
  }
  return faults;
}
