import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_VERSION } from '../data-version.ts';
import type { Positions } from './positions.ts';

/** A backup as a folder: `<service>/<collection>.bson`, `keys/`, and `backup.json`, which is written last. */

/** What a backup says of itself. */
export interface Manifest {
  /** Shape of the documents: `DATA_SHAPE` of the release that wrote them. */
  shape: number;
  /** When the reading began and ended, ISO 8601. */
  began: string;
  ended: string;
  prefix: string;
  kafka: Positions;
  /** By service and collection. */
  documents: Record<string, Record<string, { count: number; sha256: string }>>;
}

const MANIFEST = 'backup.json';

/** Makes the folder, for its owner only: it will hold personal data. @throws Error when something is in it */
export function makeFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} is not empty: a backup goes into a folder of its own.`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** The file of a collection within a backup. */
export const fileOf = (folder: string, service: string, collection: string): string =>
  join(folder, service, `${collection}.bson`);

export const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Copies keys, when there are any. @returns whether there were */
export function copyKeys(from: string, to: string): boolean {
  if (!existsSync(from)) return false;
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  return true;
}

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}

/** @throws Error, one sentence, when the folder holds no whole backup, or one that this release cannot use */
export function readManifest(folder: string): Manifest {
  if (!existsSync(join(folder, MANIFEST))) {
    throw new Error(`${folder} holds no whole backup: it has no ${MANIFEST}, which is written last.`);
  }
  const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest;
  if (manifest.shape !== DATA_VERSION) {
    throw new Error(
      `The documents of ${folder} are of shape ${manifest.shape}, this release has ${DATA_VERSION}: restore with the release that made it, then upgrade.`,
    );
  }
  for (const [service, collections] of Object.entries(manifest.documents)) {
    for (const [collection, { sha256: expected }] of Object.entries(collections)) {
      const file = fileOf(folder, service, collection);
      if (existsSync(file) && sha256(file) === expected) continue;
      throw new Error(`${file} is not as it was written: this backup cannot be used.`);
    }
  }
  return manifest;
}
