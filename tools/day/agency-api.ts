import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agencyKeysPath } from '@cups/rpc';
import { AgencyApi, parseAgencyKey } from 'cups-agency/http';

/**
 * Returns the HTTPS interface of a local platform for an agency, with the key that the platform generated for its
 * simulated agency.
 * @param keysDir folder `keys` of the platform's data
 */
export function openAgencyApi(options: { url: string; keysDir: string; code: string }): AgencyApi {
  const { url, keysDir, code } = options;
  const key = parseAgencyKey(readFileSync(join(agencyKeysPath(keysDir), `${code}.key.jwk`), 'utf8'));
  return new AgencyApi({ url, code, key });
}
