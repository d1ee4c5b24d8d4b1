import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import subset from 'subset-font';

/**
 * Makes the fonts of the page into gen/: Onest with the letters of its three languages and the weights 400 to 600, each
 * part as small as it goes. A part is fetched when a letter of it is on the screen; src/style/fonts.css says which are in it.
 */

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('@fontsource-variable/onest/package.json')), 'files');

const range = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, at) => String.fromCodePoint(first + at)).join('');

/** The part of Fontsource that the letters are in, and the letters. */
const PARTS: Readonly<Record<string, [part: string, letters: string]>> = {
  // With quotation marks, dashes, the ellipsis, the euro and arrows.
  latin: ['latin', range(0x20, 0x7e) + range(0xa0, 0xff) + '–—‘’‚“”„•…‹›€™−'],
  // With the cedilla letters of old keyboards, which the page shows before it mends them.
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
