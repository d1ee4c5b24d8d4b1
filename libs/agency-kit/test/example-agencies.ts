import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createOnce } from '@cups/local';

/** Prepares the example agencies. Their dependencies are downloaded once, to `.cups/` of the repository. */

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const folderOf = (language: string) => join(root, 'libs/agency-contract/examples', language);

/**
 * Fills a folder with `prepare` unless it exists for the content of `files`. The folder appears complete or not at
 * all.
 */
async function prepareOnce(name: string, files: string[], prepare: (folder: string) => Promise<void>): Promise<string> {
  const sum = createHash('sha256');
  for (const file of files) sum.update(await readFile(file));
  const folder = join(root, '.cups/examples', `${name}-${sum.digest('hex').slice(0, 12)}`);
  await createOnce(folder, async (draft) => {
    const started = Date.now();
    const report = (text: string) => process.stderr.write(`${name}: ${text}\n`);
    const ticker = setInterval(() => report(`still preparing, ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
    report('preparing (once)');
    try {
      await prepare(draft);
    } finally {
      clearInterval(ticker);
    }
  });
  return folder;
}

/**
 * Prepares the Java example.
 * @returns the shell command that runs it
 */
export async function javaExample(): Promise<string> {
  const [pom, source] = ['pom.xml', 'Agency.java'].map((file) => join(folderOf('java'), file)) as [string, string];
  const folder = await prepareOnce('example-java', [pom, source], async (draft) => {
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`]);
    await run('javac', ['-cp', join(draft, '*'), '-d', draft, source]);
  });
  const flags = '-Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
  return `exec java ${flags} -cp '${folder}:${folder}/*' Agency`;
}

/**
 * Prepares the Python example.
 * @returns the shell command that runs it
 */
export async function pythonExample(): Promise<string> {
  const requirements = join(folderOf('python'), 'requirements.txt');
  const folder = await prepareOnce('example-python', [requirements], async (draft) => {
    await run('python3', ['-m', 'pip', 'install', '-q', '--target', draft, '-r', requirements]);
  });
  return `PYTHONPATH='${folder}' exec python3 '${join(folderOf('python'), 'agency.py')}'`;
}
