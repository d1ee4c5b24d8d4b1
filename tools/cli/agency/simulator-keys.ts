import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { agencyKeysPath, generateAgencyKeys, publicAgencyKeysPath } from '@cups/rpc';
import { hasTopics } from '@cups/registry';
import { CommandError } from '../errors.ts';
import { printResult } from '../program.ts';
import { fileOf, readAgencies, writeAgency } from './agencies.ts';

export interface SimulatorKeysOptions {
  dryRun: boolean;
  json: boolean;
  data: string;
  /** Folder of the key pairs. */
  dir: string;
}

interface PublicKey {
  kty: string;
  crv: string;
  kid: string;
  alg: string;
  x: string;
}

/**
 * Creates the missing key pairs of simulated agencies, and writes the public keys to their files. A repeat changes
 * nothing.
 * @param codes none: all agencies with topics
 * @throws CommandError for an unknown agency, and for one whose system has a key of its own
 */
export function simulatorKeys(codes: readonly string[], { dryRun, json, data, dir }: SimulatorKeysOptions): void {
  const agencies = readAgencies(data);
  const simulated =
    codes.length > 0
      ? codes
      : [...agencies.values()]
          .filter(hasTopics)
          .map(({ code }) => code)
          .sort();
  const unknown = simulated.filter((code) => !agencies.has(code));
  if (unknown.length > 0) throw new CommandError(`Agency ${unknown[0]} not found. \`list\` shows all.`);
  const kidsOf = (code: string) => (agencies.get(code)!.keys ?? []).map(({ kid }) => kid);
  const real = simulated.filter((code) => kidsOf(code).some((kid) => kid !== readPublicKey(dir, code)?.kid));
  if (real.length > 0) {
    throw new CommandError(
      `The system of ${real[0]} has a key of its own: a simulator must not read its documents.`,
      'Name the simulated agencies.',
    );
  }
  const added = simulated.filter((code) => kidsOf(code).length === 0);
  if (!dryRun) {
    generateAgencyKeys(dir, simulated);
    for (const code of added) addKey(data, code, readPublicKey(dir, code)!);
  }
  const keys = agencyKeysPath(dir);
  const lines = [
    ...added.map((code) => `+ a key in ${relative(process.cwd(), fileOf(data, code))}`),
    dryRun ? 'Nothing was written.' : `Private keys: ${keys}. Only the simulator may have them.`,
  ];
  printResult(json, { keys, agencies: simulated, added }, lines.join('\n'));
}

function readPublicKey(dir: string, code: string): PublicKey | undefined {
  try {
    const text = readFileSync(join(publicAgencyKeysPath(dir), `${code}.jwks.json`), 'utf8');
    return (JSON.parse(text) as { keys: PublicKey[] }).keys[0];
  } catch {
    return undefined; // Not generated yet.
  }
}

/** Appends the key, so that comments and the form of the file stay. */
function addKey(data: string, code: string, { kty, crv, kid, alg, x }: PublicKey): void {
  const text = readFileSync(fileOf(data, code), 'utf8').trimEnd();
  writeAgency(data, code, `${text}\nkeys:\n  - { kty: ${kty}, crv: ${crv}, kid: ${kid}, alg: ${alg}, x: '${x}' }\n`);
}
