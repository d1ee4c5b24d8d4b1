import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

/** Builds further releases of the desk's page. */

const DESK = join(import.meta.dirname, '../../apps/desk');

export interface Release {
  /** Folder of the built page. */
  dir: string;
  remove(): void;
}

/** Builds the page with another title of the queue, so that a test sees which release a window runs. */
export async function buildRelease(queueTitle: string): Promise<Release> {
  const dir = mkdtempSync(join(tmpdir(), 'cups-release-'));
  await build({
    configFile: join(DESK, 'vite.config.ts'),
    root: DESK,
    logLevel: 'error',
    build: { outDir: dir, emptyOutDir: true },
    plugins: [
      {
        name: 'queue-title',
        transform: (code, id) => (id.endsWith('/texts/session.ts') ? code.replace('Coada', queueTitle) : undefined),
      },
    ],
  });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
