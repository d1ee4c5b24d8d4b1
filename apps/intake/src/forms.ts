import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Violation } from '@cups/problem';
import { checkIdnp } from '@cups/application';
import type { ServiceVersion } from './domain/application.ts';

/**
 * One for all forms: most of what compiling costs is the meta-schema. Forms are kept by us, not by it. As strict as the
 * catalog is when it reads them: a word that a form has and no check knows would check nothing.
 */
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
  addUsedSchema: false,
});
ajv.addKeyword('x-title');
(addFormats as unknown as { default: (ajv: Ajv2020) => void }).default(ajv);
ajv.addFormat('idnp', checkIdnp);

/** Compiled forms, by version id; a version never changes, so a compiled form never goes stale. */
const compiled = new Map<string, ValidateFunction>();
const MAX_COMPILED = 500;

/** Checks answers against the form of a version; violations name fields and rules, never values. */
export function answersCheck(version: ServiceVersion): (answers: Record<string, unknown>) => Violation[] {
  let validate = compiled.get(version._id);
  if (!validate) {
    validate = ajv.compile(version.form);
    const [oldest] = compiled.size >= MAX_COMPILED ? compiled : [];
    if (oldest) {
      compiled.delete(oldest[0]);
      ajv.removeSchema(oldest[1].schema);
    }
    compiled.set(version._id, validate);
  }
  const check = validate;
  return (answers) => {
    if (check(answers)) return [];
    return (check.errors ?? []).slice(0, 100).map((error) => {
      const inner =
        error.keyword === 'required' ? `/${(error.params as { missingProperty: string }).missingProperty}` : '';
      return {
        field: `answers${`${error.instancePath}${inner}`.replaceAll('/', '.')}`,
        rule: error.keyword.toUpperCase(),
        message:
          error.keyword === 'required' ? 'Needed to submit.' : `The form says: ${error.message ?? error.keyword}.`,
      };
    });
  };
}
