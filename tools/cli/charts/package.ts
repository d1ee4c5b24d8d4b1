import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse, stringify } from 'yaml';
import { FILE_MODE } from '../images/files.ts';
import { tar } from '../images/tar.ts';
import type { Entry } from '../images/tar.ts';

/** Reproducible chart archives. `helm package` orders subcharts randomly, so its archives differ each time. */

/** An archive of a chart. */
export interface ChartArchive {
  /** `platform-0.1.0.tgz` */
  file: string;
  content: Buffer;
  /** SHA-256 of the content, hexadecimal. */
  digest: string;
  /** Content of Chart.yaml, for the provenance. */
  chart: Record<string, unknown>;
}

/** Returns every file under a folder. Follows links. */
function entriesUnder(folder: string, path: string): Entry[] {
  return readdirSync(folder).flatMap((name) => {
    const [file, within] = [join(folder, name), `${path}/${name}`];
    if (statSync(file).isDirectory()) return entriesUnder(file, within);
    return [{ path: within, mode: FILE_MODE, content: readFileSync(file) }];
  });
}

/**
 * Packages a chart with its subcharts and data.
 * @param folder folder of the chart
 */
export function packageChart(folder: string): ChartArchive {
  const chart = parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8')) as Record<string, unknown>;
  const name = String(chart['name']);
  const content = gzipSync(tar(entriesUnder(folder, name)), { level: 9 });
  const digest = createHash('sha256').update(content).digest('hex');
  return { file: `${name}-${String(chart['version'])}.tgz`, content, digest, chart };
}

/** Builds the signed text of an archive for `helm verify`: the chart and the file's digest. Pure. */
export function buildProvenance({ file, digest, chart }: ChartArchive): string {
  const sums = { files: { [file]: `sha256:${digest}` } };
  return `${stringify(chart)}\n...\n${stringify(sums)}`;
}
