import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { generateKeys } from '@cups/rpc';
import { eventually, findFreePort, testInfrastructure, temporaryDir } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { APPS } from '../cli/images/apps.ts';
import { buildImages } from '../cli/images/build.ts';
import { bundleApp } from '../cli/images/bundle.ts';
import { tar } from '../cli/images/tar.ts';
import { youngMib } from '../platform/memory.ts';
import { SIGNERS } from '../platform/services.ts';
import { readDockerfile } from './dockerfile.ts';

const root = join(import.meta.dirname, '../..');
const names = APPS.map(({ name }) => name);
const source = { version: '1.2.3', revision: 'a'.repeat(40), created: new Date('2026-01-02T03:04:05Z') };
const folder = temporaryDir();
const [first, second] = [join(folder.dir, 'dist/images'), join(folder.dir, 'second')];
afterAll(() => folder.remove());

interface ListedImage {
  digest: string;
  size: number;
}
interface Manifest {
  config: ListedImage;
  layers: ListedImage[];
}
interface Configuration {
  created: string;
  config: { User: string; WorkingDir: string; Entrypoint: string[]; Env: string[]; Labels: Record<string, string> };
}

const build = (out: string, apps = APPS) =>
  buildImages({ root, apps, out, source, tag: '1.2.3', registry: 'registry.example/cups', onProgress: () => {} });
const imagesOf = (out: string) =>
  JSON.parse(readFileSync(join(out, 'images.json'), 'utf8')) as Record<string, ListedImage>;
const blob = (digest: string) => join(first, 'oci/blobs', digest.replace(':', '/'));
const jsonBlob = <Value>(digest: string) => JSON.parse(readFileSync(blob(digest), 'utf8')) as Value;
const manifestOf = (name: string) => jsonBlob<Manifest>(imagesOf(first)[name]!.digest);
const configurationOf = (name: string) => jsonBlob<Configuration>(manifestOf(name).config.digest);
const listings = new Map<string, { mode: string; owner: string; date: string; path: string }[]>();
/** What the `tar` of this machine says of a layer: mode, owner, date and path of each. The base is the same for all. */
function listed(digest: string) {
  let found = listings.get(digest);
  if (!found) {
    const text = execFileSync('tar', ['--numeric-owner', '--utc', '-tvzf', blob(digest)], { encoding: 'utf8' });
    const lines = [...text.matchAll(/^(\S+) (\S+) +\d+ (\S+) \S+ (.*)$/gm)];
    found = lines.map(([, mode = '', owner = '', date = '', path = '']) => ({ mode, owner, date, path }));
    listings.set(digest, found);
  }
  return found;
}

beforeAll(async () => {
  await build(first);
}, 120_000);

test('import.sh imports all images by tag and digest from any folder', () => {
  const bin = join(folder.dir, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'ctr'), '#!/bin/sh\necho "$(ls images.tar) $*"\n', { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  const said = execFileSync('sh', [join(first, 'import.sh')], { cwd: '/', encoding: 'utf8', env });
  const ctr = 'images.tar --namespace k8s.io images';
  const tags = Object.entries(imagesOf(first)).map(([name, { digest }]) => {
    const repository = `registry.example/cups/${name}`;
    return `${ctr} tag --force ${repository}:1.2.3 ${repository}@${digest}`;
  });
  expect(tags).toHaveLength(names.length);
  expect(said.trim().split('\n')).toEqual([`${ctr} import images.tar`, ...tags]);
});

test('builds an app reproducibly with its bill of materials', async () => {
  await build(
    second,
    APPS.filter(({ name }) => name === 'gateway'),
  );
  expect(imagesOf(second)['gateway']).toEqual(imagesOf(first)['gateway']);
  const bill = (out: string) => readFileSync(join(out, 'sbom/gateway.cdx.json'), 'utf8');
  expect(bill(second)).toBe(bill(first));
}, 120_000);

describe.each(names)('the image of %s', (name) => {
  test('holds files that only root may write, without a date', () => {
    for (const { digest } of manifestOf(name).layers) {
      for (const { mode, owner, date, path } of listed(digest)) {
        expect({ path, mode, owner, date }).toEqual({
          path,
          mode: expect.stringMatching(/^[d-]rw[x-]r-[x-]r-[x-]$/),
          owner: '0/0',
          date: '1970-01-01',
        });
      }
    }
  });

  test('contains Node and the loader, without shell or package manager', () => {
    const files = manifestOf(name).layers.flatMap(({ digest }) => listed(digest));
    const programs = files.filter(
      ({ mode, path }) => mode.startsWith('-') && mode.includes('x') && !/\.so(\.|$)/.test(path),
    );
    expect(programs.map(({ path }) => path)).toEqual(['nodejs/bin/node']);
    // Only documents has native code: sharp and what it loads.
    const natives = files.filter(({ path }) => /node_modules|\.node$/.test(path));
    expect(natives.some(({ path }) => path.includes('sharp'))).toBe(name === 'documents');
    if (name !== 'documents') expect(natives).toEqual([]);
  });

  test('equals the Dockerfile’s image on another base', () => {
    const app = APPS.find((one) => one.name === name)!;
    const digest = `sha256:${'0'.repeat(64)}`;
    cpSync(join(root, '.dockerignore'), join(folder.dir, '.dockerignore'));
    const docker = readDockerfile(join(root, 'k8s/images/Dockerfile'), folder.dir, {
      APP: name,
      BASE_DIGEST: digest,
      DESCRIPTION: app.description,
      VERSION: source.version,
      REVISION: source.revision,
      CREATED: source.created.toISOString(),
      YOUNG_MIB: String(youngMib(name)),
      RELEASE: '1.2.3',
    });
    const { config } = configurationOf(name);
    expect(docker.files).toEqual(
      listed(manifestOf(name).layers.at(-1)!.digest)
        .map(({ mode, path }) => `${mode.startsWith('d') ? '755' : '644'} ${path}`)
        .sort(),
    );
    expect(docker.files).toContain('644 app/main.mjs');
    expect(docker.base).toMatch(new RegExp(`^gcr\\.io/distroless/nodejs24-debian\\d+@${digest}$`));
    expect(docker.user).toBe('10001:10001');
    expect({ user: config.User, workdir: config.WorkingDir, entrypoint: config.Entrypoint }).toEqual({
      user: docker.user,
      workdir: docker.workdir,
      entrypoint: docker.entrypoint,
    });
    expect(config.Env).toEqual(expect.arrayContaining(docker.env));
    expect(config.Labels).toEqual(docker.labels);
  });

  test('has a bill of materials that is valid CycloneDX 1.6 and names the image by its digest', async () => {
    const bill = readFileSync(join(first, 'sbom', `${name}.cdx.json`), 'utf8');
    expect(await new JsonStrictValidator(Version.v1dot6).validate(bill)).toBeNull();
    expect(JSON.parse(bill)).toMatchObject({
      metadata: { component: { purl: expect.stringContaining(imagesOf(first)[name]!.digest) } },
    });
  });
});

test('native packages load with the files of their image alone', () => {
  const image = join(folder.dir, 'documents-root');
  mkdirSync(image);
  for (const { digest } of manifestOf('documents').layers) execFileSync('tar', ['-xzf', blob(digest), '-C', image]);
  const enter = process.getuid?.() === 0 ? ['chroot'] : ['unshare', '--map-root-user', 'chroot'];
  const load =
    "require('/app/node_modules/sharp')({ create: { width: 1, height: 1, channels: 3, background: 'red' } })";
  const program = `${load}.png().toBuffer().then(({ length }) => console.log(length > 0))`;
  const [command = '', ...args] = [...enter, image, '/nodejs/bin/node', '-e', program];
  expect(execFileSync(command, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } }).trim()).toBe('true');
});

test('the Dockerfile names its base only by BASE_DIGEST', () => {
  const { base } = readDockerfile(join(root, 'k8s/images/Dockerfile'), folder.dir, { APP: APPS[0]!.name });
  expect(base).toMatch(/^[^:@]+@$/);
});

test('a bill of materials lists exactly the bundled packages', () => {
  const purls = (name: string) =>
    (
      JSON.parse(readFileSync(join(first, 'sbom', `${name}.cdx.json`), 'utf8')) as { components: { purl?: string }[] }
    ).components.map(({ purl }) => purl?.replace(/@[^@]*$/, ''));
  expect(purls('intake')).toEqual(expect.arrayContaining(['pkg:npm/%40grpc/grpc-js', 'pkg:npm/mongoose']));
  // What the page of the desk is made of lies in the same image.
  expect(purls('gateway')).toEqual(expect.arrayContaining(['pkg:npm/express', 'pkg:npm/react-dom']));
  expect(purls('intake')).toContain('pkg:generic/node');
  expect(purls('intake')).not.toContain('pkg:npm/express');
  expect(purls('gateway')).toContain('pkg:npm/express');
  expect(purls('agency-simulator')).not.toContain('pkg:npm/%40grpc/grpc-js');
});

test('writes digests for programs and charts', () => {
  const { digest } = imagesOf(first)['intake']!;
  expect(readFileSync(join(first, 'values.yaml'), 'utf8')).toContain(
    `intake:\n  image:\n    repository: cups/intake\n    digest: ${digest}\n`,
  );
  expect(readFileSync(join(first, 'values.yaml'), 'utf8')).toMatch(/^ {4}charts: \d+\.\d+\.\d+$/m);
  const archive = execFileSync('tar', ['-xOf', join(first, 'images.tar'), 'index.json'], { encoding: 'utf8' });
  expect(archive).toBe(readFileSync(join(first, 'oci/index.json'), 'utf8'));
  expect(archive).toContain('"registry.example/cups/intake:1.2.3"');
});

test('refuses a bundle that imports a package', async () => {
  const entry = join(folder.dir, 'needy.mjs');
  writeFileSync(entry, "let found; try { found = require('a-package-that-is-nowhere'); } catch {} console.log(found);");
  const made = bundleApp(root, { name: 'needy', entry, description: '', reads: [] }, join(folder.dir, 'needy'));
  await expect(made).rejects.toThrow(/would need at its start: a-package-that-is-nowhere/);
});

test('archives long paths and refuses too long ones', () => {
  const path = `${'folder/'.repeat(20)}file`;
  const file = join(folder.dir, 'long.tar');
  writeFileSync(file, tar([{ path, mode: 0o644, content: Buffer.from('held') }]));
  expect(execFileSync('tar', ['-xOf', file, path], { encoding: 'utf8' })).toBe('held');
  expect(() => tar([{ path: 'x'.repeat(101), mode: 0o644, content: Buffer.alloc(0) }])).toThrow(/too long/);
});

const JOBS = ['topics', 'keys', 'ops'];
const SERVING_STATUS = 1;
/** The answer of grpc.health.v1.Health, as bytes: field 1 is the status. */
async function grpcHealth(port: number): Promise<number | undefined> {
  const session = connect(`http://127.0.0.1:${port}`);
  const headers = {
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
  };
  try {
    const stream = session.request(headers);
    stream.end(Buffer.alloc(5));
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    return Buffer.concat(parts)[6];
  } finally {
    session.close();
  }
}

describe('a bundle, started as its image starts it, in a folder without packages', () => {
  const keys = join(folder.dir, 'keys');
  const secret = join(folder.dir, 'request.secret');
  const { mongoUri, brokers, prefix } = testInfrastructure();

  beforeAll(() => {
    generateKeys(keys, [...SIGNERS]);
    writeFileSync(secret, 'a secret of thirty-two bytes or more', { mode: 0o600 });
    mkdirSync(join(folder.dir, 'state'), { recursive: true });
  });

  async function start(name: string, args: string[] = [], stderr: 'ignore' | 'pipe' = 'ignore') {
    const [http, grpc] = [await findFreePort(), await findFreePort()];
    const options = configurationOf(name).config.Env.find((one) => one.startsWith('NODE_OPTIONS='));
    expect(options).toMatch(/^NODE_OPTIONS=--max-semi-space-size=\d+ --max-old-space-size=192 --expose-gc$/);
    const place = join(first, 'bundles', name);
    const child = spawn(process.execPath, [join(place, 'main.mjs'), ...args], {
      cwd: place,
      stdio: ['ignore', 'ignore', stderr],
      env: {
        NODE_OPTIONS: options!.slice('NODE_OPTIONS='.length),
        CUPS_ENV: 'development',
        REGISTRY_DIR: join(root, 'data'),
        KEYS_DIR: keys,
        STATE_DIR: join(folder.dir, 'state'),
        CUPS_PREFIX: prefix,
        MONGODB_URI: mongoUri,
        KAFKA_BROKERS: brokers.join(','),
        REQUEST_SECRET_FILE: secret,
        TOPIC_PARTITIONS: '1',
        GRPC_PORT: String(grpc),
        GATEWAY_PORT: String(grpc),
        HTTP_PORT: String(http),
        IDENTITY_ADDRESS: `127.0.0.1:${grpc}`,
      },
    });
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    return { child, ended, http, grpc };
  }

  test('runs jobs to their end', async () => {
    const jobs = [await start('keys', ['generate', '--dir', join(folder.dir, 'made')]), await start('topics')];
    for (const { ended } of jobs) expect(await ended).toBe(0);
    expect(readdirSync(join(folder.dir, 'made')).sort()).toContain('intake.key.jwk');
    const check = await start('topics', ['--check']);
    expect(await check.ended).toBe(0);
  }, 60_000);

  test('the first supervisor’s job fails without identity or a person', async () => {
    const person = join(folder.dir, 'person');
    const named = { idnp: '2900000000012', 'given-name': 'Ana', 'family-name': 'Exemplu', reason: 'Order 12' };
    mkdirSync(person);
    const appoint = async () => {
      const { child, ended } = await start('ops', ['appoint-supervisor', '--from', person], 'pipe');
      const said = await text(child.stderr!);
      return [await ended, said.trim()];
    };
    expect(await appoint()).toEqual([1, expect.stringContaining('lacks idnp, given-name, family-name, reason')]);
    for (const [name, word] of Object.entries(named)) writeFileSync(join(person, name), word);
    expect(await appoint()).toEqual([1, expect.stringContaining('identity returned UNAVAILABLE')]);
  }, 60_000);

  test.each(names.filter((name) => !JOBS.includes(name)))(
    '%s serves, says so, and stops in order',
    async (name) => {
      const { child, ended, http, grpc } = await start(name);
      try {
        await eventually(
          async () => (await fetch(`http://127.0.0.1:${http}/readyz`).catch(() => undefined))?.ok === true,
          {
            timeoutMs: 20_000,
          },
        );
        if (name === 'gateway') {
          expect(await (await fetch(`http://127.0.0.1:${grpc}/api/v1/openapi.json`)).json()).toHaveProperty('openapi');
          expect(await (await fetch(`http://127.0.0.1:${grpc}/`)).text()).toContain('<script type="module"');
        } else if (name !== 'agency-simulator') {
          await eventually(async () => (await grpcHealth(grpc)) === SERVING_STATUS);
        }
      } finally {
        child.kill('SIGTERM');
      }
      expect(await ended).toBe(0);
    },
    40_000,
  );
});
