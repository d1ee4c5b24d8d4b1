import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { notConnected, registerUnavailable } from './registry.ts';
import type { MPowerRegistry, PowerCheck } from './registry.ts';
import type { MPowerSettings } from './settings.ts';

/** Client of the clients API of MPower: REST with JSON, mutual TLS. Not run against the real register. */

const DETAILS_PATH = '/api/Authorization/check/Code-Details-One';
/** A desk waits for the answer. */
const TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const TYPE_CODE = /^AT-[0-9A-Za-z]{7}$/;

/** The members of AuthorizationDetails that are read. The documentation names them; their letter case may differ. */
interface PowerDetails {
  authorizationTypeCode: string;
  authorizingIdn: string;
  authorizedIdn: string;
  isValid: boolean;
}

/** @throws Error if production would connect without TLS */
export function openMPower(settings: MPowerSettings, environment: 'development' | 'production'): MPowerRegistry {
  if (settings.url === '') return notConnected;
  if (environment === 'production' && !settings.url.startsWith('https:'))
    throw new Error('MPOWER_URL must start with https: in production.');
  return {
    async check(code, person, representative) {
      const holder = representative ?? settings.idno;
      const found = holder === '' ? undefined : await readDetails(settings, code);
      if (found?.authorizingIdn !== person || found.authorizedIdn !== holder) return undefined;
      return toCheck(found);
    },
  };
}

const toCheck = ({ authorizationTypeCode: type, isValid }: PowerDetails): PowerCheck => ({
  type,
  state: isValid ? 'Valid' : 'NotValid',
});

/** Returns the details of a power; undefined if the register does not have it. @throws Problem REGISTER_UNAVAILABLE */
async function readDetails(settings: MPowerSettings, code: string): Promise<PowerDetails | undefined> {
  const url = new URL(settings.url.replace(/\/$/, '') + DETAILS_PATH);
  url.searchParams.set('authorizationCode', code);
  const { status, text } = await get(url, settings);
  if (status === 404 || status === 400) return undefined;
  if (status !== 200) throw registerUnavailable(`MPower returned the status ${status}.`);
  const details = parseDetails(text);
  if (!details) throw registerUnavailable('MPower returned an unknown answer.');
  return details;
}

/** Returns the details in an answer, with or without the envelope `data`; undefined if it has another shape. */
function parseDetails(text: string): PowerDetails | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const outer = withLowerCaseNames(answer);
  const members = withLowerCaseNames(outer['data'] ?? answer);
  const [type, authorizing, authorized] = ['authorizationtypecode', 'authorizingidn', 'authorizedidn'].map((name) =>
    String(members[name] ?? ''),
  ) as [string, string, string];
  const isValid = String(members['isvalid']).toLowerCase();
  if (!TYPE_CODE.test(type) || !['true', 'false'].includes(isValid)) return undefined;
  return {
    authorizationTypeCode: type,
    authorizingIdn: authorizing,
    authorizedIdn: authorized,
    isValid: isValid === 'true',
  };
}

function withLowerCaseNames(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
}

/** Sends the request. Its URL has the code of the power, so that no error repeats it. @throws Problem REGISTER_UNAVAILABLE */
function get(url: URL, { certificate, key, ca }: MPowerSettings): Promise<{ status: number; text: string }> {
  const call = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const options = { cert: certificate?.(), key: key?.(), ca: ca?.(), signal, headers: { accept: 'application/json' } };
  return new Promise((resolve, reject) => {
    const fail = () => reject(registerUnavailable('MPower does not answer.'));
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
    sent.end();
  });
}
