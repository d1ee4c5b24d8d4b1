import { encodeBase64Url } from '../api/base64url.ts';
import type { SecurityKeyOutput } from './offline-keys.ts';
import { listSecurityKeys, unlockWithSecurityKey } from './offline-keys.ts';
import type { UnlockedStore } from './offline-keys.ts';

/**
 * A security key or the PC's own authenticator by WebAuthn with the extension `prf`: it returns the same 32 bytes for the
 * same salt, after the operator confirmed at it. Nothing is registered at the platform. Loaded on demand.
 */

const TIMEOUT_MS = 60_000;
/** ES256 and RS256; the signature is not used. */
const ALGORITHMS: PublicKeyCredentialParameters[] = [
  { type: 'public-key', alg: -7 },
  { type: 'public-key', alg: -257 },
];

export const hasSecurityKeys = (): boolean => typeof PublicKeyCredential === 'function';

/**
 * Registers a security key in this browser and asks it once.
 * @returns undefined if it has no `prf`
 * @throws DOMException NotAllowedError if the operator does not confirm
 */
export async function registerSecurityKey(): Promise<SecurityKeyOutput | undefined> {
  const created = (await navigator.credentials.create({
    publicKey: {
      challenge: randomBytes(32),
      rp: { name: 'CUPS' },
      // The authenticator learns no name.
      user: { id: randomBytes(16), name: 'CUPS', displayName: 'CUPS' },
      pubKeyCredParams: ALGORITHMS,
      authenticatorSelection: { userVerification: 'required', residentKey: 'discouraged' },
      timeout: TIMEOUT_MS,
      extensions: { prf: {} },
    },
  })) as PublicKeyCredential | null;
  if (!created?.getClientExtensionResults().prf?.enabled) return undefined;
  const credentialId = new Uint8Array(created.rawId);
  const salt = randomBytes(32);
  const answer = await askSecurityKeys([{ credentialId, salt }]);
  return answer && { credentialId, salt, secret: answer.secret };
}

/**
 * Returns the local store that a security key of this browser opens, or undefined.
 * @throws DOMException NotAllowedError if the operator does not confirm
 */
export async function unlockBySecurityKey(): Promise<UnlockedStore | undefined> {
  const known = await listSecurityKeys();
  const answer = known.length > 0 ? await askSecurityKeys(known) : undefined;
  const wrap = known.find(({ credentialId }) => encodeBase64Url(credentialId) === answer?.credentialId);
  return wrap && answer && unlockWithSecurityKey(wrap, answer.secret);
}

interface KnownKey {
  credentialId: Uint8Array<ArrayBuffer>;
  salt: Uint8Array<ArrayBuffer>;
}

async function askSecurityKeys(known: readonly KnownKey[]) {
  const evalByCredential = Object.fromEntries(
    known.map(({ credentialId, salt }) => [encodeBase64Url(credentialId), { first: salt }]),
  );
  const found = (await navigator.credentials.get({
    publicKey: {
      challenge: randomBytes(32),
      allowCredentials: known.map(({ credentialId }) => ({ type: 'public-key', id: credentialId })),
      userVerification: 'required',
      timeout: TIMEOUT_MS,
      extensions: { prf: { evalByCredential } },
    },
  })) as PublicKeyCredential | null;
  const output = found?.getClientExtensionResults().prf?.results?.first;
  if (!found || !(output instanceof ArrayBuffer)) return undefined;
  return { credentialId: encodeBase64Url(new Uint8Array(found.rawId)), secret: new Uint8Array(output) };
}

const randomBytes = (size: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(size));
