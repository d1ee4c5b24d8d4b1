import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyRegistryWithoutLimits } from '../jobs.ts';

/** Number of codes, from `CU-001`. */
export const MAX_CENTRES = 999;

/** Copies the registry with this number of centres, all of them active. @returns its folder */
export function createRegistry(dataDir: string, count: number): string {
  const registry = copyRegistryWithoutLimits(dataDir);
  const folder = join(registry, 'centres');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const townHall = readFileSync(join(folder, 'CU-001.yaml'), 'utf8');
  for (let n = 1; n <= count; n += 1) {
    const code = `CU-${String(n).padStart(3, '0')}`;
    const file = join(folder, `${code}.yaml`);
    const text = files.includes(`${code}.yaml`)
      ? readFileSync(file, 'utf8').replace(/^status: .*$/m, 'status: active')
      : townHall.replaceAll('CU-001', code).replace(/^name: .*$/m, `name: Centre ${n}`);
    writeFileSync(file, text);
  }
  for (const file of files.filter((name) => Number(name.slice(3, 6)) > count)) rmSync(join(folder, file));
  return registry;
}
