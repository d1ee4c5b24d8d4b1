import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { FORM_KEYWORDS, FORMATS, validateFormSchema } from '@cups/application';
import { formatSchemaErrors, createYamlParser } from '@cups/registry';
import type { RegistryParser } from '@cups/registry';
import schema from '../schemas/public-service.schema.json' with { type: 'json' };
import { validateService } from './domain/public-service.ts';
import type { PublicService, Version } from './domain/public-service.ts';
import { validatePattern, collectPatterns } from './patterns.ts';

/**
 * Creates the parser of data/public-services. An invalid file yields a problem and no entry, and affects no other.
 * Of two services with the same state code, the later file is rejected.
 */
export function createPublicServiceParser(): RegistryParser<PublicService> {
  const forms = createFormCompiler();
  return createYamlParser<PublicService>({
    schema,
    validate: (service) => [
      ...validateService(service),
      ...service.versions.flatMap((version) =>
        validateForm(forms, version).map((error) => `version ${version.version}: ${error}`),
      ),
    ],
    findConflicts: findDuplicateStateCodes,
  });
}

/** Returns errors for services with a state code of an earlier service, by code. */
function findDuplicateStateCodes(services: ReadonlyMap<string, PublicService>): Map<string, string> {
  const holders = new Map<string, string>();
  const clashes = new Map<string, string>();
  for (const { code, stateCode } of services.values()) {
    if (stateCode === undefined) continue;
    const holder = holders.get(stateCode);
    if (holder === undefined) holders.set(stateCode, code);
    else clashes.set(code, `the state code is already used by ${holder}`);
  }
  return clashes;
}

/**
 * Returns the errors of a form. It must be JSON Schema 2020-12 with bounded patterns and supported keywords only,
 * and its example must match it.
 */
function validateForm(forms: Ajv2020, version: Version): string[] {
  if (version.form === undefined) return [];
  const patterns = collectPatterns(version.form).flatMap((pattern) => validatePattern(pattern) ?? []);
  if (patterns.length > 0) return patterns.map((error) => `a pattern of the form ${error}`);
  let validate: ValidateFunction;
  try {
    validate = forms.compile(version.form);
  } catch (error) {
    return [`the form is not a valid JSON Schema: ${(error as Error).message}`];
  } finally {
    forms.removeSchema(version.form); // prevents a leak at each reload
  }
  const errors = validateFormSchema(version.form);
  if (errors.length > 0) return errors.map((error) => `the form uses unsupported schema features: ${error}`);
  return validate(version.example) ? [] : [`the example: ${formatSchemaErrors(validate.errors)}`];
}

/** Creates a strict compiler, except for `required` inside `then`, with the custom keywords and formats of intake. */
function createFormCompiler(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
  for (const keyword of FORM_KEYWORDS) ajv.addKeyword(keyword);
  for (const [name, check] of Object.entries(FORMATS)) ajv.addFormat(name, check);
  return ajv;
}
