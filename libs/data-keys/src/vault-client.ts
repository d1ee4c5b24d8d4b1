import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** Access to the transit engine of a Vault, at its default mount `transit`. */
export interface VaultAccess {
  /** Origin, such as https://vault.example:8200. */
  address: string;
  /** CA certificates (PEM). @default those of Node */
  ca?: (() => string) | undefined;
  /** Name of the transit key. */
  transitKey: string;
  /** Token, which another program renews. */
  token?: (() => string) | undefined;
  /** Sign-in by the token of a service account, instead of `token`. */
  kubernetes?: { role: string; token: () => string } | undefined;
}

const SIGN_IN_PATH = '/v1/auth/kubernetes/login';
const TIMEOUT_MS = 10_000;
/** An answer has some hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Why Vault did not decrypt: a sentence for people, and a code for logs. */
class VaultError extends Error {
  /** Code of the system or of TLS, `STATUS_<status of HTTP>`, or `ANSWER_INVALID`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'VaultError';
    this.code = code;
  }
}

/** Statuses of the HTTP API of Vault. The body may repeat input, so it is not part of the message. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'Vault cannot decrypt a key: the transit key does not exist, or another one encrypted it.',
  403: 'Vault refuses the token: it is invalid, or its policy does not allow to decrypt with the transit key.',
  404: 'Vault has no transit engine at transit/.',
  503: 'Vault is sealed or in maintenance.',
};

function describeRefusal(path: string, status: number): string {
  if (path === SIGN_IN_PATH && status < 500)
    return `Vault refuses the sign-in by Kubernetes with status ${status}: check the role and the service account.`;
  return REFUSALS[status] ?? `Vault refused a call with status ${status}.`;
}

interface VaultAnswer {
  auth?: { client_token?: string };
  data?: { plaintext?: string };
}

/**
 * Decrypts a ciphertext `vault:v1:…` by the transit engine.
 * @throws VaultError, without key material, if Vault is unavailable or refuses
 */
export async function decryptByVault(access: VaultAccess, ciphertext: string): Promise<Buffer> {
  const token = await signIn(access);
  const path = `/v1/transit/decrypt/${encodeURIComponent(access.transitKey)}`;
  const { data } = await post(access, path, { ciphertext }, token);
  if (typeof data?.plaintext !== 'string') throw new VaultError('ANSWER_INVALID', 'Vault returned no plaintext.');
  return Buffer.from(data.plaintext, 'base64');
}

async function signIn(access: VaultAccess): Promise<string> {
  const { token, kubernetes } = access;
  if (!kubernetes) return token?.() ?? '';
  const body = { role: kubernetes.role, jwt: kubernetes.token() };
  const { auth } = await post(access, SIGN_IN_PATH, body);
  if (!auth?.client_token) throw new VaultError('ANSWER_INVALID', 'Vault returned no token.');
  return auth.client_token;
}

async function post(access: VaultAccess, path: string, body: object, token?: string): Promise<VaultAnswer> {
  const { status, text } = await send(access, path, JSON.stringify(body), token);
  if (status !== 200) {
    throw new VaultError(`STATUS_${status}`, describeRefusal(path, status));
  }
  try {
    return JSON.parse(text) as VaultAnswer;
  } catch {
    throw new VaultError('ANSWER_INVALID', 'Vault returned no JSON.');
  }
}

function send(
  { address, ca }: VaultAccess,
  path: string,
  body: string,
  token: string | undefined,
): Promise<{ status: number; text: string }> {
  const url = new URL(path, address);
  const call = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { 'x-vault-token': token }) };
  const options = { method: 'POST', headers, ca: ca?.(), signal: AbortSignal.timeout(TIMEOUT_MS) };
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.name;
      reject(new VaultError(code, `Vault does not respond: ${code}.`));
    };
    const sent = call(url, options, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MAX_ANSWER_BYTES) response.destroy(new Error('too large'));
        else parts.push(part);
      });
      response.on('error', fail);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    sent.on('error', fail);
    sent.end(body);
  });
}
