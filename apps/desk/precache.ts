import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'vite';
import type { Plugin, Rollup } from 'vite';

/** Builds the parts of the desk page that open it without a network: the service worker and the web app manifest. */

const ROOT = join(import.meta.dirname, '../..');
const SOURCE = join(import.meta.dirname, 'src');

/** A stored document keeps its headers, so that a release differs when the gateway's policies do. */
const HEADER_SOURCE = join(ROOT, 'apps/gateway/src/http/desk-page.ts');

const ICONS = [
  { name: 'icon-192', sizes: '192x192', purpose: 'any' },
  { name: 'icon-512', sizes: '512x512', purpose: 'any' },
  { name: 'icon-maskable-512', sizes: '512x512', purpose: 'maskable' },
] as const;

/** The colours of the light theme: `--brand` and `--surface` of tokens.css. */
const THEME_COLOUR = '#0058d2';
const BACKGROUND_COLOUR = '#ffffff';

type Bundle = Rollup.OutputBundle;

/** Writes the manifest and its icons, and links them in the desk's document. Names contain hashes, as all assets do. */
export const webManifest = (): Plugin => ({
  name: 'web-manifest',
  apply: 'build',
  async buildStart() {
    const icons = [];
    for (const { name, sizes, purpose } of ICONS) {
      const source = await readFile(join(SOURCE, 'icons', `${name}.png`));
      const src = hashedName(name, 'png', source);
      this.emitFile({ type: 'asset', fileName: `assets/${src}`, source });
      icons.push({ src, sizes, type: 'image/png', purpose });
    }
    const manifest = {
      ...{ id: '/', name: 'CUPS', short_name: 'CUPS', lang: 'ro', start_url: '/', scope: '/', display: 'standalone' },
      ...{ theme_color: THEME_COLOUR, background_color: BACKGROUND_COLOUR, icons },
    };
    const source = `${JSON.stringify(manifest)}\n`;
    manifestName = hashedName('manifest', 'webmanifest', source);
    this.emitFile({ type: 'asset', fileName: `assets/${manifestName}`, source });
  },
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { filename }) =>
      filename.endsWith('/index.html')
        ? [{ tag: 'link', attrs: { rel: 'manifest', href: `/assets/${manifestName}` }, injectTo: 'head' }]
        : [],
  },
});
let manifestName = '';

function hashedName(name: string, ending: string, content: string | Uint8Array): string {
  return `${name}-${sha256(content).toString('base64url').slice(0, 8)}.${ending}`;
}

/**
 * Builds `sw.js`, the service worker, for the files that the desk's document reaches: not for those of the tracking page and the
 * viewer.
 * @param onModules receives the modules of the worker, which are no modules of the page
 */
export const serviceWorker = (onModules: (ids: string[]) => void): Plugin => ({
  name: 'service-worker',
  apply: 'build',
  generateBundle: {
    order: 'post',
    async handler(_options, bundle) {
      const document = textOf(bundle['index.html']);
      if (document === undefined) throw new Error('The build has no index.html.');
      const assets = findReachedAssets(bundle, document);
      const id = sha256(JSON.stringify([document, assets, await readFile(HEADER_SOURCE, 'utf8')])).toString('hex');
      const worker = await bundleWorker({
        id: id.slice(0, 12),
        documentIntegrity: `sha256-${sha256(document).toString('base64')}`,
        assets: assets.map((name) => `/${name}`),
      });
      onModules(worker.moduleIds);
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: worker.code });
    },
  },
});

/** Returns the assets that a document loads, directly and by other assets. */
function findReachedAssets(bundle: Bundle, document: string): string[] {
  const byName = new Map(Object.keys(bundle).map((file) => [file.slice(file.lastIndexOf('/') + 1), file]));
  const reached = new Set<string>();
  const texts = [document];
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    for (const [name] of text.matchAll(/[\w.-]+\.\w+/g)) {
      const file = byName.get(name);
      if (!file?.startsWith('assets/') || reached.has(file)) continue;
      reached.add(file);
      texts.push(textOf(bundle[file]) ?? '');
    }
  }
  return [...reached].sort();
}

function textOf(file: Bundle[string] | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (file.type === 'chunk') return file.code;
  return typeof file.source === 'string' ? file.source : Buffer.from(file.source).toString('latin1');
}

interface WorkerRelease {
  id: string;
  documentIntegrity: string;
  assets: string[];
}

/** A worker of one file, which all browsers can start. */
async function bundleWorker(release: WorkerRelease): Promise<{ code: string; moduleIds: string[] }> {
  const output = (await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'warn',
    define: { RELEASE: JSON.stringify(release), 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'chrome109',
      rolldownOptions: { input: join(SOURCE, 'service-worker/worker.ts'), output: { format: 'iife' } },
    },
  })) as Rollup.RollupOutput;
  const [chunk] = output.output;
  return { code: chunk.code, moduleIds: Object.keys(chunk.modules) };
}

const sha256 = (content: string | Uint8Array): Buffer => createHash('sha256').update(content).digest();

/** Returns the path of a module below the repository's root, without what the bundler adds. */
export const modulePath = (id: string): string => relative(ROOT, id.replace(/^\0/, '').replace(/\?.*$/, ''));
