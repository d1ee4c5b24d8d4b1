import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { checkIdnp } from '@cups/application';
import type { RegistryParser } from '@cups/registry';
import { parse as parseYaml } from 'yaml';
import { contradictions } from './domain/public-service.ts';
import type { PublicService, Version } from './domain/public-service.ts';
import { patternFault, patternsOf } from './patterns.ts';

/**
 * Makes the reader of the whole set of data/public-services, given data/schemas/public-service.schema.json. A file with an
 * error gives a problem and no entry, and harms no other file; of two services with one state code the later file is
 * refused.
 */
export function publicServiceParser(schema: object): RegistryParser<PublicService> {
  const ajv = newAjv();
  const validateFile = ajv.compile<PublicService>(schema);
  /** The last good text of each file and what it gave: compiling forms is slow, and a reload reads the whole set again. */
  const known = new Map<string, { text: string; service: PublicService }>();

  function readService(file: string, text: string): PublicService {
    const before = known.get(file);
    if (before?.text === text) return before.service;
    const content: unknown = parseYaml(text);
    if (!validateFile(content)) throw new Error(sentence(validateFile.errors));
    if (file !== `${content.code}.yaml`) throw new Error(`the file must be named ${content.code}.yaml`);
    const found = [
      ...contradictions(content),
      ...content.versions.flatMap((version) =>
        formErrors(ajv, version).map((text) => `version ${version.version}: ${text}`),
      ),
    ];
    if (found.length > 0) throw new Error(found.join('; '));
    known.set(file, { text, service: content });
    return content;
  }

  return (files) => {
    const entries = new Map<string, PublicService>();
    const problems: { file: string; message: string }[] = [];
    const stateCodes = new Map<string, string>();
    for (const { path, text } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
      try {
        const service = readService(basename(path), text);
        const other = service.stateCode === undefined ? undefined : stateCodes.get(service.stateCode);
        if (other !== undefined) throw new Error(`the state code is that of ${other} already`);
        if (service.stateCode !== undefined) stateCodes.set(service.stateCode, service.code);
        entries.set(service.code, service);
      } catch (error) {
        problems.push({ file: path, message: error instanceof Error ? error.message : 'cannot be read' });
      }
    }
    return { entries, problems };
  };
}

/** A form must be a valid JSON Schema 2020-12 with bounded patterns, and its example must satisfy it. */
function formErrors(ajv: Ajv2020, version: Version): string[] {
  if (version.form === undefined) return [];
  const patterns = patternsOf(version.form).flatMap((pattern) => patternFault(pattern) ?? []);
  if (patterns.length > 0) return patterns.map((fault) => `a pattern of the form ${fault}`);
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(version.form);
  } catch (error) {
    return [`the form is no JSON Schema: ${(error as Error).message}`];
  } finally {
    ajv.removeSchema(version.form); // or each reload would keep all forms before it
  }
  return validate(version.example) ? [] : [`the example: ${sentence(validate.errors)}`];
}

/** Strict but for `required` inside `then`, with what forms may use besides JSON Schema 2020-12: x-title and format idnp. */
function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
  addFormats.default(ajv);
  ajv.addKeyword('x-title');
  ajv.addFormat('idnp', checkIdnp);
  return ajv;
}

function sentence(errors: ErrorObject[] | null | undefined): string {
  return (errors ?? []).map((error) => `${error.instancePath || 'it'} ${error.message ?? 'is wrong'}`).join('; ');
}
