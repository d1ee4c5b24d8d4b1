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
 * Makes the parser of data/public-services. A file with an error gives a problem and no entry, and harms no other file; of two
 * services with one state code the later file is refused.
 */
export function createPublicServiceParser(): RegistryParser<PublicService> {
  const forms = createFormCompiler();
  return createYamlParser<PublicService>({
    schema,
    validate: (service) => [
      ...validateService(service),
      ...service.versions.flatMap((version) =>
        validateForm(forms, version).map((fault) => `version ${version.version}: ${fault}`),
      ),
    ],
    findConflicts: findDuplicateStateCodes,
  });
}

/** Services whose state code an earlier one has, and what is wrong with that. */
function findDuplicateStateCodes(services: ReadonlyMap<string, PublicService>): Map<string, string> {
  const holders = new Map<string, string>();
  const clashes = new Map<string, string>();
  for (const { code, stateCode } of services.values()) {
    if (stateCode === undefined) continue;
    const holder = holders.get(stateCode);
    if (holder === undefined) holders.set(stateCode, code);
    else clashes.set(code, `the state code is that of ${holder} already`);
  }
  return clashes;
}

/**
 * A form must be a valid JSON Schema 2020-12 with bounded patterns, of words that intake and the desk check answers by, and
 * its example must satisfy it.
 */
function validateForm(forms: Ajv2020, version: Version): string[] {
  if (version.form === undefined) return [];
  const patterns = collectPatterns(version.form).flatMap((pattern) => validatePattern(pattern) ?? []);
  if (patterns.length > 0) return patterns.map((fault) => `a pattern of the form ${fault}`);
  let validate: ValidateFunction;
  try {
    validate = forms.compile(version.form);
  } catch (error) {
    return [`the form is no JSON Schema: ${(error as Error).message}`];
  } finally {
    forms.removeSchema(version.form); // or each reload would keep all forms before it
  }
  const errors = validateFormSchema(version.form);
  if (errors.length > 0) return errors.map((fault) => `the form has what answers are not checked by: ${fault}`);
  return validate(version.example) ? [] : [`the example: ${formatSchemaErrors(validate.errors)}`];
}

/** Strict but for `required` inside `then`, with what forms may use besides JSON Schema 2020-12: words of ours, and formats as intake checks them. */
function createFormCompiler(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
  for (const word of FORM_KEYWORDS) ajv.addKeyword(word);
  for (const [name, check] of Object.entries(FORMATS)) ajv.addFormat(name, check);
  return ajv;
}
