import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { request, Children } from '../children.ts';
import { copyRegistryWithoutLimits, signInJobs } from '../jobs.ts';
import type { LoadResult, LoadCommand } from '../load.ts';

/** A platform for one measurement, with a load generator. */
export interface BenchPlatform {
  platform: Platform;
  children: Children;
  /** Folder of data files. */
  data: string;
  load: (order: LoadCommand) => Promise<LoadResult>;
  close: () => Promise<void>;
}

export interface BenchPlatformOptions {
  onProgress: (line: string) => void;
  open?: boolean;
  /** Disables TLS between services. */
  plainCalls?: boolean;
  /** Total number of additional agencies. */
  agencies?: number;
  /** How the simulator handles requests. */
  behaviour?: string;
  /** Agencies that the simulator replaces. @default all */
  simulated?: readonly string[];
}

const root = join(import.meta.dirname, '../..');

/** Starts it on an empty folder, on the disk of the embedded store. */
export async function startBenchPlatform({
  onProgress,
  open = false,
  plainCalls = false,
  agencies = 4,
  behaviour = 'silent',
  simulated = [],
}: BenchPlatformOptions): Promise<BenchPlatform> {
  mkdirSync(join(root, '.cups'), { recursive: true });
  const dataDir = mkdtempSync(join(root, '.cups', 'agencies-'));
  const data = copyRegistryWithoutLimits(dataDir);
  for (let n = 5; n <= agencies; n += 1) addAgency(data, `x${String(n).padStart(3, '0')}`);
  const platform = await startPlatform({
    port: 0,
    dataDir,
    open,
    prefix: `bench${randomBytes(3).toString('hex')}-`,
    onProgress,
    // An empty value counts as unset.
    envOf: plainCalls ? Object.fromEntries(SERVICES.map((name) => [name, { GRPC_TLS_DIR: '' }])) : {},
    env: {
      REGISTRY_DIR: data,
      SIMULATOR_BEHAVIOUR: JSON.stringify({ only: behaviour }),
      SIMULATOR_DELAY_MS: '0',
      SIMULATOR_AGENCIES: simulated.join(),
      RATE_LIMIT_ADDRESS_PER_MINUTE: '10000000',
      RATE_LIMIT_SESSION_PER_MINUTE: '10000000',
      MAX_IN_FLIGHT_PER_ADDRESS: '512',
    },
  });
  const children = new Children();
  const generator = children.fork('load.ts');
  const jobs = await signInJobs(platform.url);
  await request(generator, { kind: 'jobs', port: Number(new URL(platform.url).port), jobs, firstPerson: 0 });
  return {
    platform,
    children,
    data,
    load: (order) => request<LoadResult>(generator, order),
    close: async () => {
      children.kill();
      await platform.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Adds an agency by its file. */
function addAgency(data: string, code: string): void {
  const file = join(data, 'agencies', `${code}.yaml`);
  copyFileSync(join(data, 'agencies', 'asp.yaml'), file);
  writeFileSync(file, readFileSync(file, 'utf8').replace('code: asp', `code: ${code}`));
}

/** Returns the middle value. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
