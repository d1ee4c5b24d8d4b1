import { join } from 'node:path';
import { build } from 'vite';

/**
 * Builds another release of the desk's page: `node build-release.ts <folder> <title of the queue>`. The title shows which
 * release a window runs. Vite does not run in jest.
 */

const [, , outDir = '', queueTitle = ''] = process.argv;
const root = join(import.meta.dirname, '..');

await build({
  configFile: join(root, 'vite.config.ts'),
  root,
  logLevel: 'error',
  build: { outDir, emptyOutDir: true },
  plugins: [
    {
      name: 'queue-title',
      transform: (code, id) => (id.endsWith('/texts/session.ts') ? code.replace('Coada', queueTitle) : undefined),
    },
  ],
});
