/**
 * Generates the TypeScript types of proto/ in libs/contracts/gen, which is not committed: one file per message, and in gen/events a
 * union of the events of each package. Does nothing when its stamp, a hash over this program and all proto files, is current;
 * `--force` ignores the stamp.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type * as Loader from '@grpc/proto-loader';

const root = join(import.meta.dirname, '../..');
const protoDir = join(root, 'proto');
const genDir = join(root, 'libs', 'contracts', 'gen');
const stampFile = join(genDir, '.stamp');

function filesUnder(dir: string, ending: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith(ending))
    .sort();
}

/** SHA-256 over this program and the proto files: relative path, zero byte, content, zero byte. Same as in tools/run.mjs. */
function computeStamp(protoFiles: string[]): string {
  const hash = createHash('sha256');
  for (const file of ['tools/generate/proto-types.ts', ...protoFiles.map((path) => `proto/${path}`)]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * Adapts the generator's output: removes client interfaces and index signatures (so that `keyof` lists the methods), which drops
 * grpc-js; optional fields accept undefined, for exactOptionalPropertyTypes.
 */
function adaptSource(source: string): string {
  const fitted = source
    .replace(/^export interface \w+ extends grpc\.(?:Client|UntypedServiceImplementation) \{\n[^]*?^\}\n/gm, '')
    .replace(/^export interface (\w+Definition) extends grpc\.ServiceDefinition \{/gm, 'export interface $1 {')
    .replace(/^import type \* as grpc from '@grpc\/grpc-js'\n/gm, '')
    .replace(/^( {2}'[^']+'\?: .*);$/gm, '$1 | undefined;');
  if (/\bgrpc\./.test(fitted.replace(/^\/\/.*$/gm, '')))
    throw new Error('The generator writes something new; see fit().');
  return removeUnusedImports(fitted);
}

function removeUnusedImports(source: string): string {
  return source.replace(/^import type \{ ([^}]*) \} from '([^']+)';?\n/gm, (_line, list: string, from: string) => {
    const used = list.split(', ').filter((part) => {
      const name = part.split(' as ').at(-1) as string;
      return source.split(new RegExp(`\\b${name}\\b`)).length > 2;
    });
    return used.length === 0 ? '' : `import type { ${used.join(', ')} } from '${from}';\n`;
  });
}

function generate(protoFiles: string[]): Map<string, string> {
  const out = mkdtempSync(join(tmpdir(), 'cups-gen-'));
  try {
    const require = createRequire(join(root, 'libs', 'contracts', 'package.json'));
    const program = join(
      dirname(require.resolve('@grpc/proto-loader/package.json')),
      'build/bin/proto-loader-gen-types.js',
    );
    const options = [
      '--longs=String',
      '--enums=String',
      '--defaults',
      '--oneofs',
      '--includeDirs=.',
      `--outDir=${out}`,
    ];
    const typescript = ['--grpcLib=@grpc/grpc-js', '--targetFileExtension=.ts', '--importFileExtension=.ts'];
    execFileSync(process.execPath, [program, ...options, ...typescript, ...protoFiles], {
      cwd: protoDir,
      stdio: 'inherit',
    });
    const made = new Map<string, string>();
    for (const file of filesUnder(out, '.ts')) {
      // The top-level files describe whole proto files for code that the project does not use.
      if (file.includes('/')) made.set(file, adaptSource(readFileSync(join(out, file), 'utf8')));
    }
    return made;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

interface Message {
  type: { name: string; field: { name: string; number: number; typeName: string }[] };
}

/**
 * Returns the events of a package with a message AnyEvent: all messages whose field 1 is that of AnyEvent. `eventCodec` in
 * libs/contracts/src/proto.ts uses the same rule.
 */
function findEvents(loaded: Record<string, unknown>, name: string): string[] {
  const firstOf = (message: unknown): string => {
    const field = (message as Message).type.field?.find(({ number }) => number === 1);
    return field ? `${field.name} ${field.typeName}` : '';
  };
  const begins = firstOf(loaded[`${name}.AnyEvent`]);
  return Object.entries(loaded)
    .filter(
      ([full, value]) =>
        /^[A-Z]\w*$/.test(full.slice(name.length + 1)) && full.startsWith(`${name}.`) && isMessage(value),
    )
    .filter(([, value]) => firstOf(value) === begins)
    .map(([full]) => full.slice(name.length + 1))
    .filter((message) => message !== 'AnyEvent')
    .sort();
}

function isMessage(value: unknown): boolean {
  return (value as { format?: string }).format === 'Protocol Buffer 3 DescriptorProto';
}

/** Formats the union of a package's events, as written and as read: `IntakeEvent`, `IntakeEvent__Output`. */
function formatEventUnion(name: string, word: string, events: string[]): string {
  const folder = `../${name.replaceAll('.', '/')}`;
  const member = (message: string, suffix: string) => `  | { type: '${name}.${message}'; data: ${message}${suffix} }`;
  return [
    `// Made from the messages of ${name} that begin as its AnyEvent does.`,
    '',
    `import type { AnyEvent__Output } from '${folder}/AnyEvent.ts';`,
    ...events.map((one) => `import type { ${one}, ${one}__Output } from '${folder}/${one}.ts';`),
    '',
    '/** An event as it is written. */',
    `export type ${word}Event =`,
    `${events.map((one) => member(one, '')).join('\n')};`,
    '',
    "/** An event as it is read. One of a type that this release does not know is 'unknown', and has what all have. */",
    `export type ${word}Event__Output =`,
    ...events.map((one) => member(one, '__Output')),
    "  | { type: 'unknown'; data: AnyEvent__Output };",
    '',
    '/** What `eventCodec` of @cups/contracts/proto takes. */',
    `export interface ${word}Events {`,
    `  package: '${name}';`,
    `  written: ${word}Event;`,
    `  read: ${word}Event__Output;`,
    '}',
    '',
  ].join('\n');
}

/** Returns the unions by file, for each package with AnyEvent. The name is that of its service, without `Service`. */
function generateEventUnions(files: ReadonlySet<string>): Map<string, string> {
  const require = createRequire(join(root, 'libs', 'contracts', 'package.json'));
  const { loadSync } = require('@grpc/proto-loader') as typeof Loader;
  const made = new Map<string, string>();
  for (const file of files) {
    if (!file.endsWith('/AnyEvent.ts')) continue;
    const folder = dirname(file);
    const name = folder.replaceAll('/', '.');
    const inFolder = [...files].filter((one) => dirname(one) === folder);
    const service = inFolder.map((one) => /\/(\w+)Service\.ts$/.exec(one)?.[1]).find((word) => word !== undefined);
    if (!service) throw new Error(`${name} has events, and no service that could name them.`);
    const protos = filesUnder(join(protoDir, folder), '.proto').map((proto) => `${folder}/${proto}`);
    const loaded = loadSync(protos, { includeDirs: [protoDir] });
    made.set(`events/${name}.ts`, formatEventUnion(name, service, findEvents(loaded, name)));
  }
  return made;
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

const protoFiles = filesUnder(protoDir, '.proto');
const stamp = computeStamp(protoFiles);
if (readOr(stampFile, '') !== stamp || process.argv.includes('--force')) {
  const made = generate(protoFiles);
  for (const [file, text] of generateEventUnions(new Set(made.keys()))) made.set(file, text);
  mkdirSync(genDir, { recursive: true });
  for (const [file, text] of made) {
    const path = join(genDir, file);
    if (readOr(path, '') === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  for (const file of filesUnder(genDir, '.ts')) if (!made.has(file)) rmSync(join(genDir, file));
  writeFileSync(stampFile, stamp);
  console.log(`made ${made.size} type files from ${protoFiles.length} proto files`);
}
