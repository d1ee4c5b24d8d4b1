import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import type { Log, Metrics } from '@cups/contracts';
import { watchKeyFile } from '@cups/rpc';
import { createNoteSigner, createNoteVerifier } from './log/signed-note.ts';
import type { NoteSigner, NoteVerifier } from './log/signed-note.ts';

/** Keys that sign checkpoints: a JWK set (RFC 7517) of Ed25519 keys (RFC 8037). The first signs; all verify. */
export interface SigningKeys {
  current: NoteSigner;
  /** Keys with a private part. */
  signers: readonly NoteSigner[];
  verifiers: readonly NoteVerifier[];
}

export interface SigningKeysOptions {
  file: string;
  /** Name of the log, and of its keys. */
  origin: string;
  log: Log;
  metrics: Metrics;
}

/**
 * Watches the file; changes apply within a second. While it is unusable, the last valid keys stay.
 * @returns the current keys
 * @throws Error if the file is unusable at the start or others can read it
 */
export const watchSigningKeys = ({ file, origin, log, metrics }: SigningKeysOptions): (() => SigningKeys) =>
  watchKeyFile({ file, name: 'journal-checkpoints', parse: (text) => parseSigningKeys(text, origin), log, metrics });

/** @throws Error, one sentence without key material */
function parseSigningKeys(text: string, origin: string): SigningKeys {
  let verifiers: (NoteVerifier | NoteSigner)[];
  try {
    verifiers = (JSON.parse(text) as { keys: JsonWebKey[] }).keys.map((key) => {
      if (key.d === undefined) return createNoteVerifier(origin, createPublicKey({ key, format: 'jwk' }));
      return createNoteSigner(origin, createPrivateKey({ key, format: 'jwk' }));
    });
  } catch {
    throw new Error('The key set journal-checkpoints is not a JWK set of Ed25519 keys.');
  }
  const signers = verifiers.filter((key) => 'privateKey' in key);
  const [current] = signers;
  if (!current || current !== verifiers[0])
    throw new Error('The first key of the key set journal-checkpoints has no private part.');
  return { current, signers, verifiers };
}
