import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './generators.ts';
import type { Language } from './generators.ts';
import { generateOnce } from './generate-once.ts';

/** Class path for generated Java code. */
const JARS = [
  'com.fasterxml.jackson.core:jackson-databind:2.17.1',
  'com.fasterxml.jackson.core:jackson-core:2.17.1',
  'com.fasterxml.jackson.core:jackson-annotations:2.17.1',
  'com.fasterxml.jackson.datatype:jackson-datatype-jsr310:2.17.1',
  'com.google.code.findbugs:jsr305:3.0.2',
  'jakarta.annotation:jakarta.annotation-api:1.3.5',
];

/** Compiles the generated code of a folder. @throws Error with the compiler's message */
export async function compile(language: Language, folder: string): Promise<void> {
  try {
    await COMPILERS[language](folder);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${language}: ${(stdout + stderr).slice(0, 2_000) || String(error).slice(0, 500)}`);
  }
}

const COMPILERS: Record<Language, (folder: string) => Promise<unknown>> = {
  async typescript(folder) {
    const tsc = join(import.meta.dirname, '../../../node_modules/.bin/tsc');
    const flags = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
      '--skipLibCheck',
    ];
    const modules = ['--module', 'esnext', '--moduleResolution', 'bundler'];
    return run(tsc, [...flags, ...modules, ...(await filesUnder(folder, '.ts'))]);
  },
  async java(folder) {
    const jars = await generateOnce('jars', JARS.join(), async (draft) => {
      for (const jar of JARS)
        await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${jar}`, `-DoutputDirectory=${draft}`]);
    });
    const sources = existsSync(join(folder, 'src/main')) ? join(folder, 'src/main') : folder;
    const classes = join(folder, 'classes');
    await mkdir(classes);
    const list = join(folder, 'sources');
    await writeFile(list, (await filesUnder(sources, '.java')).join('\n'));
    return run('javac', ['-nowarn', '-proc:none', '-cp', join(jars, '*'), '-d', classes, `@${list}`]);
  },
  async go(folder) {
    if (!existsSync(join(folder, 'go.mod'))) await run('go', ['mod', 'init', 'cups/agency'], { cwd: folder });
    return run('go', ['build', './...'], { cwd: folder });
  },
  // Compile and import: compiled Python may still reference a missing class.
  async python(folder) {
    const needs = join(folder, 'requirements.txt');
    const packages = ['pydantic==2.11.7', 'urllib3==2.5.0', 'python-dateutil==2.9.0.post0'];
    const site = await generateOnce('python', packages.join(), async (draft) => {
      await run('python3', ['-m', 'pip', 'install', '-q', '--target', draft, ...packages]);
    });
    const env = Object.assign({}, process.env, { PYTHONPATH: `${site}:${folder}` });
    if (existsSync(needs)) return run('python3', ['-c', 'import openapi_client.models'], { cwd: folder, env });
    return run('python3', ['-m', 'compileall', '-q', folder], { env });
  },
};

const filesUnder = async (folder: string, ending: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true }))
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
