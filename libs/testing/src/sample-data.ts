import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const DATA_DIR = join(import.meta.dirname, '../../../data');

/** The agencies of `data/` that tests use. Further agencies there change no test. */
const SAMPLE_AGENCIES = ['asp', 'cadastru', 'cnas', 'mai'];

/** Copies folders of `data/` for a test: `agencies` with the sample agencies only, others as a whole. */
export function copySampleData(target: string, ...kinds: string[]): void {
  for (const kind of kinds.filter((name) => name !== 'agencies'))
    cpSync(join(DATA_DIR, kind), join(target, kind), { recursive: true });
  if (!kinds.includes('agencies')) return;
  mkdirSync(join(target, 'agencies'), { recursive: true });
  for (const code of SAMPLE_AGENCIES)
    cpSync(join(DATA_DIR, `agencies/${code}.yaml`), join(target, `agencies/${code}.yaml`));
}
