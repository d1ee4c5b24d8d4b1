import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse, stringify } from 'yaml';
import { FILE_MODE } from '../images/files.ts';
import { tar } from '../images/tar.ts';
import type { Entry } from '../images/tar.ts';

/**
 * Charts as archives that Helm installs. Not by `helm package`: it puts the charts within a chart into another order each
 * time, so that two archives of the same charts differ. These depend on nothing but the files.
 */

/** An archive of a chart. */
export interface ChartArchive {
  /** `platform-0.1.0.tgz` */
  file: string;
  content: Buffer;
  /** SHA-256 of the content, in hexadecimal digits. */
  digest: string;
  /** Chart.yaml, as it is told in a provenance. */
  chart: Record<string, unknown>;
}

/** Every file under a folder, in the place of links what they lead to. */
function entriesUnder(folder: string, path: string): Entry[] {
  return readdirSync(folder).flatMap((name) => {
    const [file, within] = [join(folder, name), `${path}/${name}`];
    if (statSync(file).isDirectory()) return entriesUnder(file, within);
    return [{ path: within, mode: FILE_MODE, content: readFileSync(file) }];
  });
}

/**
 * Packages a chart with the charts and the data that it holds.
 * @param folder of the chart
 */
export function packageChart(folder: string): ChartArchive {
  const chart = parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8')) as Record<string, unknown>;
  const name = String(chart['name']);
  const content = gzipSync(tar(entriesUnder(folder, name)), { level: 9 });
  const digest = createHash('sha256').update(content).digest('hex');
  return { file: `${name}-${String(chart['version'])}.tgz`, content, digest, chart };
}

/** Pure: what is signed of an archive, as `helm verify` reads it: the chart, and the digest of the file. */
export function buildProvenance({ file, digest, chart }: ChartArchive): string {
  const sums = { files: { [file]: `sha256:${digest}` } };
  return `${stringify(chart)}\n...\n${stringify(sums)}`;
}
