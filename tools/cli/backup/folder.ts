import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_VERSION, OLDEST_DATA_VERSION } from '../../platform/data-version.ts';
import type { Positions } from './positions.ts';

/** A backup folder: `<service>/<collection>.bson`, `keys/`, and `backup.json`, which is written last. */

/** Manifest of a backup. */
export interface Manifest {
  /** `DATA_VERSION` of the release that wrote the documents. */
  shape: number;
  /** Start and end of the backup, ISO 8601. */
  began: string;
  ended: string;
  prefix: string;
  kafka: Positions;
  /** By service and collection. */
  documents: Record<string, Record<string, { count: number; sha256: string }>>;
  /** What the backup does not contain and a restore needs, a sentence each. Absent in backups of earlier releases. */
  excluded?: string[];
}

const MANIFEST = 'backup.json';

/** Creates the folder for its owner only: it will hold personal data. @throws Error when it is not empty */
export function makeFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} is not empty: name a new folder.`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Returns the file of a collection in a backup. */
export const fileOf = (folder: string, service: string, collection: string): string =>
  join(folder, service, `${collection}.bson`);

export const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Copies the keys. @returns whether there were any */
export function copyKeys(from: string, to: string): boolean {
  if (!existsSync(from)) return false;
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  return true;
}

export function writeManifest(folder: string, manifest: Manifest): void {
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}

/** @throws Error, one sentence, when the backup is incomplete or this release cannot read it */
export function readManifest(folder: string): Manifest {
  if (!existsSync(join(folder, MANIFEST))) {
    throw new Error(`${folder} holds no complete backup: ${MANIFEST} is missing.`);
  }
  const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Manifest;
  if (manifest.shape > DATA_VERSION || manifest.shape < OLDEST_DATA_VERSION) {
    throw new Error(
      `The documents of ${folder} have data version ${manifest.shape}, and this release restores ${OLDEST_DATA_VERSION} to ${DATA_VERSION}: restore with the release that wrote them.`,
    );
  }
  for (const [service, collections] of Object.entries(manifest.documents)) {
    for (const [collection, { sha256: expected }] of Object.entries(collections)) {
      const file = fileOf(folder, service, collection);
      if (existsSync(file) && sha256(file) === expected) continue;
      throw new Error(`${file} does not match its digest: the backup is damaged.`);
    }
  }
  return manifest;
}
