import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Folder of this package, with Java sources and Maven projects. */
const localDir = fileURLToPath(new URL('..', import.meta.url));

/** `.cups/` of the repository: jars and classes, shared by all data folders. Deleted parts are rebuilt. */
const cupsDir = join(localDir, '..', '.cups');

const MIN_JAVA_VERSION = 17;
const JDK_REQUIREMENT = `a JDK ${MIN_JAVA_VERSION} or newer must be installed, with \`java\` and \`javac\` on the PATH (Debian and Ubuntu: apt install openjdk-17-jdk-headless; macOS: brew install openjdk@21)`;
const MAVEN_REQUIREMENT =
  'Apache Maven must be installed, with `mvn` on the PATH (Debian and Ubuntu: apt install maven; macOS: brew install maven)';

export interface JavaPart {
  /** Name of the part and its jar folder. */
  readonly name: 'former-store' | 'kafka' | 'store';
  /** Java source in this package, or a folder of them. */
  readonly source: string;
  /** Maven project in this package that lists the jars. */
  readonly pom: string;
  /** Properties of the Maven project. */
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * Prepares a part: checks Java, downloads the jars with Maven (once per content of the pom) and compiles the source
 * (once per content of source and pom). Safe for concurrent processes.
 * @returns the class path
 * @throws Error with one sentence about what to install, or Maven's error
 */
export async function preparePart(part: JavaPart, onProgress: (line: string) => void): Promise<string> {
  await checkJava();
  const pom = await readFile(join(localDir, part.pom));
  const sources = await listSources(join(localDir, part.source));
  const contents = await Promise.all(sources.map((file) => readFile(file)));
  const properties = Object.entries(part.properties ?? {}).map(([name, value]) => `-D${name}=${value}`);
  const jars = join(cupsDir, 'jars', `${part.name}-${hash(pom, Buffer.from(properties.join()))}`);
  await createOnce(jars, async (folder) => {
    const started = Date.now();
    onProgress(`${part.name}: fetching jars with Maven (once)`);
    const ticker = setInterval(
      () => onProgress(`${part.name}: still fetching jars, ${elapsedSeconds(started)} s`),
      10_000,
    );
    try {
      await fetchJars(join(localDir, part.pom), properties, folder);
    } finally {
      clearInterval(ticker);
    }
    onProgress(`${part.name}: jars fetched in ${elapsedSeconds(started)} s`);
  });
  const classes = join(cupsDir, 'classes', `${part.name}-${hash(pom, ...contents)}`);
  const libraries = join(jars, '*');
  await createOnce(classes, async (folder) => {
    onProgress(`${part.name}: compiling ${part.source}`);
    await compileJava(part.source, sources, libraries, folder);
  });
  return [classes, libraries, localDir].join(process.platform === 'win32' ? ';' : ':');
}

/** Fills `folder` by `make` unless it exists. It appears atomically, also with concurrent processes. */
export async function createOnce(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await make(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

async function checkJava(): Promise<void> {
  let text: string;
  try {
    text = (await execute('java', ['-version'])).stderr;
  } catch (error) {
    throw new Error(`Java was not found: ${JDK_REQUIREMENT}.`, { cause: error });
  }
  const version = Number(/version "(\d+)/.exec(text)?.[1]);
  if (!(version >= MIN_JAVA_VERSION)) throw new Error(`Java ${version} is too old: ${JDK_REQUIREMENT}.`);
}

/** Returns a source, or all sources of a folder in the order of their names. */
async function listSources(path: string): Promise<string[]> {
  if (path.endsWith('.java')) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.java'));
  return names.sort().map((name) => join(path, name));
}

async function fetchJars(pom: string, properties: readonly string[], folder: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  try {
    await execute('mvn', ['-q', '-B', '-f', pom, ...properties, ...goal], { maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    if (isMissing(error)) throw new Error(`Maven was not found: ${MAVEN_REQUIREMENT}.`, { cause: error });
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const reason = `${stdout}\n${stderr}`.split('\n').find((line) => line.startsWith('[ERROR]'));
    throw new Error(`Maven could not fetch the jars of ${pom}: ${reason ?? String(error)}`, { cause: error });
  }
}

async function compileJava(name: string, sources: string[], classPath: string, folder: string): Promise<void> {
  try {
    await execute('javac', ['-nowarn', '-proc:none', '-cp', classPath, '-d', folder, ...sources]);
  } catch (error) {
    if (isMissing(error)) throw new Error(`The Java compiler was not found: ${JDK_REQUIREMENT}.`, { cause: error });
    throw new Error(`${name} does not compile: ${(error as { stderr?: string }).stderr ?? ''}`, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function hash(...contents: Buffer[]): string {
  const sum = createHash('sha256');
  for (const content of contents) sum.update(content);
  return sum.digest('hex').slice(0, 12);
}

function elapsedSeconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}
