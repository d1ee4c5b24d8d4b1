import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect } from '@jest/globals';
import { temporaryDir } from '@cups/testing';
import { testRequiring } from '@cups/testing/programs';
import { inspect } from '../src/check/child/inspect.ts';

/** PDFs that other programs wrote and signed pass the check, whose rules refuse what two readers could read differently. */

const run = promisify(execFile);
const PACKAGES = [
  'fpdf2==2.8.9',
  'pikepdf==10.18.0',
  'pyHanko==0.38.0',
  'pyhanko-certvalidator==0.33.0',
  'reportlab==5.1.0',
];
/** Four originals and their twelve rewritings, each unsigned and with two kinds of signatures. */
const FILES = 48;
const folder = temporaryDir();
afterAll(() => folder.remove());

testRequiring('python', 'pip')(
  'PDFs of reportlab, fpdf2 and QPDF, unsigned and signed by pyHanko, are accepted as they are',
  async () => {
    const [site, pdfs] = [join(folder.dir, 'site'), join(folder.dir, 'pdfs')];
    mkdirSync(pdfs);
    await run('python3', ['-m', 'pip', 'install', '-q', '--target', site, ...PACKAGES]);
    const env = Object.assign({}, process.env, { PYTHONPATH: site });
    await run('python3', [join(import.meta.dirname, 'foreign-pdfs.py'), pdfs], { env });
    const names = readdirSync(pdfs).filter((name) => name.endsWith('.pdf'));
    expect(names).toHaveLength(FILES);
    const refused: string[] = [];
    for (const name of names) {
      await inspect(readFileSync(join(pdfs, name)), []).catch((error: unknown) => refused.push(`${name}: ${error}`));
    }
    expect(refused).toEqual([]);
  },
  180_000,
);
