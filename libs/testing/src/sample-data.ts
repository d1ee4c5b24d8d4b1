import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DATA_DIR = join(import.meta.dirname, '../../../data');

/** The agencies of `data/` that tests use. Further agencies there change no test. */
const SAMPLE_AGENCIES = ['asp', 'cadastru', 'cnas', 'mai'];

/**
 * Copies folders of `data/` for a test: `agencies` with the sample agencies only, `centres` that work for these only, others as a
 * whole.
 */
export function copySampleData(target: string, ...kinds: string[]): void {
  for (const kind of kinds.filter((name) => name !== 'agencies'))
    cpSync(join(DATA_DIR, kind), join(target, kind), { recursive: true });
  if (kinds.includes('centres') && kinds.includes('agencies')) dropOtherAgencies(join(target, 'centres'));
  if (!kinds.includes('agencies')) return;
  mkdirSync(join(target, 'agencies'), { recursive: true });
  for (const code of SAMPLE_AGENCIES)
    cpSync(join(DATA_DIR, `agencies/${code}.yaml`), join(target, `agencies/${code}.yaml`));
}

function dropOtherAgencies(centres: string): void {
  for (const name of readdirSync(centres)) {
    const text = readFileSync(join(centres, name), 'utf8');
    const kept = text.replace(/^agencies: \[(.*)\]$/m, (_line, codes: string) => {
      const known = codes.split(', ').filter((code) => SAMPLE_AGENCIES.includes(code));
      return `agencies: [${known.join(', ')}]`;
    });
    if (kept !== text) writeFileSync(join(centres, name), kept);
  }
}
