import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { verify } from '../cli/journal/verify.ts';
import type { VerifyOptions } from '../cli/journal/verify.ts';
import { createKey, leafOf, record, writeJournal } from './journal-log.ts';

/** The folder of a running journal, which replaces files while they are read. */

const { dir, remove } = temporaryDir();
afterAll(remove);

const key = createKey();
const begin = { source: 'journal', subject: 'journal', sequence: 1, action: 'begin', verifier: key.text };
const rowsOf = (size: number): Buffer[] => [
  record(begin, 0),
  ...Array.from({ length: size - 1 }, (_, n) =>
    record({ source: 'intake', subject: 'applications/1', sequence: n + 1 }, n + 1),
  ),
];
const altered = (size: number): Buffer[] => [...rowsOf(size).slice(0, -1), record({ source: 'intake' }, 999)];
const write = (size: number, rows = rowsOf(size)): void => writeJournal(folder, rows, [key], rowsOf(size).map(leafOf));

let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(dir, `journal-${(count += 1)}`);
  write(10);
});

/** Verifies while a journal writes: the keys are read once for each attempt, after the first look at the checkpoint. */
async function verifyWhile(writes: (attempt: number) => void): Promise<{ attempts: number; findings: string[] }> {
  let attempts = 0;
  const options: VerifyOptions = {
    data: dir,
    get key() {
      writes((attempts += 1));
      return [key.text];
    },
  };
  const findings = await verify(folder, options);
  return { attempts, findings };
}

describe('journal verify', () => {
  test('reads a folder again whose checkpoint was replaced meanwhile', async () => {
    const { attempts, findings } = await verifyWhile((attempt) => write(11, attempt === 1 ? altered(11) : undefined));
    expect({ attempts, findings }).toEqual({ attempts: 2, findings: [] });
  });

  test('reads a folder again whose checkpoint was half written', async () => {
    const { attempts, findings } = await verifyWhile((attempt) => {
      if (attempt === 1) writeFileSync(join(folder, 'checkpoint'), 'cups.test/journal\n11\n');
      else write(11);
    });
    expect({ attempts, findings }).toEqual({ attempts: 2, findings: [] });
  });

  test('reports an alteration under the same checkpoint after one attempt', async () => {
    const { attempts, findings } = await verifyWhile(() => write(10, altered(10)));
    expect(attempts).toBe(1);
    expect(findings).toContainEqual(expect.stringMatching(/^entry-changed: entry 9 /));
  });

  test('reports an alteration that each new checkpoint shows, after five attempts', async () => {
    const { attempts, findings } = await verifyWhile((attempt) => write(10 + attempt, altered(10 + attempt)));
    expect(attempts).toBe(5);
    expect(findings).toContainEqual(expect.stringMatching(/^entry-changed: entry 14 /));
  });
});
