import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Codes of the agencies that have a file in a folder of data. @throws Error when it has no folder `agencies` */
export const agenciesIn = (data: string): string[] =>
  readdirSync(join(data, 'agencies'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
