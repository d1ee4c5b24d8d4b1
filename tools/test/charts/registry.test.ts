import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { environmentFile, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';

/** The registry as a release of its own: what a change of a centre touches. */

const root = join(import.meta.dirname, '..', '..', '..');
const FOLDERS = ['agencies', 'calendars', 'centres', 'public-services', 'rejection-templates'];

interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}

let charts: string;
beforeAll(() => {
  charts = mkdtempSync(join(tmpdir(), 'cups-charts-'));
  cpSync(join(root, 'helm'), charts, { recursive: true, verbatimSymlinks: true });
  // Its data is a link out of the charts: what is changed here must not be changed there.
  rmSync(join(charts, 'centres', 'data'));
  cpSync(join(root, 'data'), join(charts, 'centres', 'data'), { recursive: true });
});
afterAll(() => rmSync(charts, { recursive: true }));

const file = (path: string) => join(charts, 'centres', 'data', path);
const registry = (): ConfigMap[] => render('centres', { charts });
const platform = () => render('platform', { charts, files: [environmentFile('production')] });

/** Names of the objects that differ, or that one side lacks. */
function touched(before: KubernetesObject[], after: KubernetesObject[]): string[] {
  const texts = (objects: KubernetesObject[]) =>
    new Map(objects.map((one) => [`${one.kind} ${one.metadata.name}`, JSON.stringify(one)]));
  const [old, fresh] = [texts(before), texts(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => old.get(name) !== fresh.get(name));
}

/** The ConfigMap that holds a file. */
const shardOf = (folder: string, name: string) =>
  `ConfigMap cups-${folder}-${createHash('sha256').update(name).digest('hex')[0]}`;

test('the registry holds every file of data, unchanged, and nothing else', () => {
  const held = registry().flatMap(({ metadata, data = {} }) =>
    Object.entries(data).map(([name, text]) => [`${metadata.labels!['app.kubernetes.io/name']}/${name}`, text]),
  );
  const wanted = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, 'data', folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => [`${folder}/${name}`, readFileSync(join(root, 'data', folder, name), 'utf8')]),
  );
  expect(held.sort()).toEqual(wanted.sort());
});

test('the registry has the same eighty ConfigMaps whatever it holds, and no workload', () => {
  const objects = registry();
  expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(['ConfigMap']));
  expect(objects).toHaveLength(FOLDERS.length * 16);
});

test('no ConfigMap of the registry comes near the 1 MiB that one may hold, also with 900 centres', () => {
  const centres = readdirSync(join(root, 'data', 'centres')).length;
  const sizes = registry().map(({ metadata, data = {} }) => {
    const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const isCentres = metadata.labels!['app.kubernetes.io/name'] === 'centres';
    return bytes * (isCentres ? 900 / centres : 1);
  });
  expect(Math.max(...sizes)).toBeLessThan(512 * 1024);
});

test('adding, changing and closing a centre each touch one object of one release, and no pod template', () => {
  const pods = platform();
  const name = 'CU-990.yaml';
  const example = readFileSync(file('centres/CU-001.yaml'), 'utf8').replace('CU-001', 'CU-990');
  let before = registry();
  const acts: [what: string, act: () => void][] = [
    ['add', () => writeFileSync(file(`centres/${name}`), example)],
    ['change', () => writeFileSync(file(`centres/${name}`), example.replace('Lozova', 'Lozova Nouă'))],
    ['close', () => writeFileSync(file(`centres/${name}`), example.replace('status: active', 'status: closed'))],
  ];
  for (const [what, act] of acts) {
    act();
    const after = registry();
    expect({ what, touched: touched(before, after) }).toEqual({ what, touched: [shardOf('centres', name)] });
    before = after;
  }
  expect(touched(pods, platform())).toEqual([]);
});

test('opening sixty centres at once touches sixteen objects of one release at most, and no pod template', () => {
  const [before, pods] = [registry(), platform()];
  const example = readFileSync(file('centres/CU-001.yaml'), 'utf8');
  for (let number = 900; number < 960; number++) {
    writeFileSync(file(`centres/CU-${number}.yaml`), example.replace('CU-001', `CU-${number}`));
  }
  const changed = touched(before, registry());
  expect(changed.length).toBeGreaterThan(1);
  expect(changed.every((name) => name.startsWith('ConfigMap cups-centres-'))).toBe(true);
  expect(touched(pods, platform())).toEqual([]);
});

test('the platform names no centre, no public service and no agency', () => {
  const text = JSON.stringify(platform());
  const names = FOLDERS.flatMap((folder) => readdirSync(join(root, 'data', folder)));
  expect(names.filter((name) => text.includes(name))).toEqual([]);
});
