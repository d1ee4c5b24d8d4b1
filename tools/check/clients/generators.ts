import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateOnce } from './generate-once.ts';

/** Client generators for tests, not dependencies of the platform: each is downloaded once, in this exact version. */

export const run = promisify(execFile);
const OPENAPI_GENERATOR = 'org.openapitools:openapi-generator-cli:7.14.0';
const MODELINA = '@asyncapi/modelina@5.10.1';

export const LANGUAGES = ['typescript', 'java', 'go', 'python'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Generator name and options for the OpenAPI document. */
const OPENAPI: Record<Language, string[]> = {
  typescript: ['-g', 'typescript-fetch'],
  java: ['-g', 'java', '--library', 'native', '--additional-properties=openApiNullable=false'],
  go: ['-g', 'go', '--additional-properties=isGoSubmodule=false', '--git-user-id=cups', '--git-repo-id=client'],
  python: ['-g', 'python'],
};

/** Generates a client of an OpenAPI document. */
export async function openapiClient(language: Language, document: string, folder: string): Promise<void> {
  const fetched = await generateOnce('openapi-generator', OPENAPI_GENERATOR, async (draft) => {
    const words = ['dependency:copy', `-Dartifact=${OPENAPI_GENERATOR}`, `-DoutputDirectory=${draft}`];
    await run('mvn', ['-q', '-B', ...words]);
  });
  const jar = join(fetched, `${OPENAPI_GENERATOR.split(':').slice(1).join('-')}.jar`);
  const words = ['generate', '-i', document, '-o', folder, ...OPENAPI[language]];
  await run('java', ['-Dlog.level=warn', '-jar', jar, ...words], { maxBuffer: 64 * 1024 * 1024 });
}

/** Calls Modelina in its own installation, and prints the names of the models. */
const PROGRAM = `
import { readFileSync } from 'node:fs';
import * as modelina from '@asyncapi/modelina';
const [document, folder, language] = process.argv.slice(2);
const [generator, options] = {
  typescript: [new modelina.TypeScriptFileGenerator({ modelType: 'interface' }), {}],
  java: [new modelina.JavaFileGenerator(), { packageName: 'agency' }],
  go: [new modelina.GoFileGenerator(), { packageName: 'agency' }],
  python: [new modelina.PythonFileGenerator(), { packageName: 'agency' }],
}[language];
const models = await generator.generateToFiles(readFileSync(document, 'utf8'), folder, options);
console.log(JSON.stringify(models.map(({ modelName }) => modelName)));
`;

/** Generates the models of an AsyncAPI document, and returns their names. */
export async function asyncapiModels(language: Language, document: string, folder: string): Promise<string[]> {
  const home = await generateOnce('modelina', MODELINA + PROGRAM, async (draft) => {
    await run('npm', ['install', '--prefix', draft, '--no-audit', '--no-fund', '--ignore-scripts', MODELINA]);
    await writeFile(join(draft, 'models.mjs'), PROGRAM);
  });
  await mkdir(folder, { recursive: true });
  const { stdout } = await run(process.execPath, [join(home, 'models.mjs'), document, folder, language]);
  return JSON.parse(stdout) as string[];
}
