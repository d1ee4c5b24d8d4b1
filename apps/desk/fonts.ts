import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import subset from 'subset-font';

/**
 * Generates the page's fonts into gen/: Onest, subset to the letters of three languages and weights 400 to 600. The
 * browser loads a subset when a letter of it appears; src/style/fonts.css lists the ranges.
 */

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('@fontsource-variable/onest/package.json')), 'files');

const range = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)).join('');

/** The Fontsource subset and the letters to keep. */
const PARTS: Readonly<Record<string, [part: string, letters: string]>> = {
  // Includes quotation marks, dashes, the ellipsis, the euro sign and arrows.
  latin: ['latin', range(0x20, 0x7e) + range(0xa0, 0xff) + '–—‘’‚“”„•…‹›€™−'],
  // Includes the cedilla letters of old keyboards, which the page shows before it normalizes them.
  romanian: ['latin-ext', 'ĂăȘșȚțŞşŢţ'],
  cyrillic: ['cyrillic', range(0x400, 0x45f) + 'Ґґ№'],
};

const gen = join(import.meta.dirname, 'gen');
await mkdir(gen, { recursive: true });
for (const [name, [part, letters]] of Object.entries(PARTS)) {
  const font = await readFile(join(folder, `onest-${part}-wght-normal.woff2`));
  const options = { targetFormat: 'woff2', variationAxes: { wght: { min: 400, max: 600 } } } as const;
  await writeFile(join(gen, `onest-${name}.woff2`), await subset(font, letters, options));
}
