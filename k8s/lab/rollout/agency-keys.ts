import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { agencyKeysPath, generateAgencyKeys, publicAgencyKeysPath } from '@cups/rpc';

/** Keys with which simulated agencies use the agency API (docs/how-to/install.md). */

/**
 * Creates a key pair for each agency of an administrator's checkout: private keys in `mine/agency-keys`, public keys in the
 * files of the agencies.
 * @param checkout folder with `data` and `mine`
 */
export function giveAgenciesKeys(checkout: string): void {
  const agencies = join(checkout, 'data/agencies');
  const codes = readdirSync(agencies).map((file) => file.replace(/\.yaml$/, ''));
  const pairs = join(checkout, 'agency-key-pairs');
  mkdirSync(pairs, { recursive: true });
  generateAgencyKeys(pairs, codes);
  for (const code of codes) {
    const set = readFileSync(join(publicAgencyKeysPath(pairs), `${code}.jwks.json`), 'utf8');
    appendFileSync(join(agencies, `${code}.yaml`), stringify(JSON.parse(set)));
  }
  // The Secret has the private keys only.
  renameSync(publicAgencyKeysPath(pairs), join(pairs, 'public'));
  renameSync(agencyKeysPath(pairs), join(checkout, 'mine/agency-keys'));
}
