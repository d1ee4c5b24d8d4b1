import { REFERENCE_TYPES } from '@cups/agency-contract';
import { createYamlParser } from '@cups/registry';
import type { RegistryParser } from '@cups/registry';
import schema from '../schemas/centre.schema.json' with { type: 'json' };
import { validateCentre, hashCentreFile } from './domain/centres.ts';
import type { Centre, CentreFile } from './domain/centres.ts';

export type { Centre } from './domain/centres.ts';

/** Creates the parser of data/centres. An invalid file yields a problem and no entry; other files are unaffected. */
export function createCentreParser(): RegistryParser<Centre> {
  return createYamlParser<CentreFile, Centre>({
    schema,
    validate: validateCentre,
    toEntry: (centre, text) => ({ ...centre, hash: hashCentreFile(text, REFERENCE_TYPES.centreChanged) }),
  });
}
