import { REFERENCE_TYPES } from '@cups/agency-contract';
import { yamlParser } from '@cups/registry';
import type { RegistryParser } from '@cups/registry';
import schema from '../schemas/centre.schema.json' with { type: 'json' };
import { faultsOfCentre, hashOf } from './domain/centres.ts';
import type { Centre, CentreFile } from './domain/centres.ts';

export type { Centre } from './domain/centres.ts';

/** Makes the parser of data/centres. A file with an error gives a problem and no entry, and harms no other file. */
export function centreParser(): RegistryParser<Centre> {
  return yamlParser<CentreFile, Centre>({
    schema,
    faultsOf: faultsOfCentre,
    entryOf: (centre, text) => ({ ...centre, hash: hashOf(text, REFERENCE_TYPES.centreChanged) }),
  });
}
