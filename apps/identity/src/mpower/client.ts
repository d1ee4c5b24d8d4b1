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

/** The members of AuthorizationDetails that are read. The tables and the samples of AGE differ in names and letter case. */
interface PowerDetails {
  authorizationTypeCode: string;
  authorizingIdn: string;
  authorizedIdn: string;
  isValid: boolean;
  /** Last moment of a valid power; undefined without one. */
  endTime: Date | undefined;
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

const toCheck = ({ authorizationTypeCode: type, isValid, endTime }: PowerDetails): PowerCheck => ({
  type,
  state: isValid ? 'Valid' : 'NotValid',
  ...(isValid && endTime && { endTime: endTime.toISOString() }),
});

/** Returns the details of a power; undefined if the register does not have it. @throws Problem REGISTER_UNAVAILABLE */
async function readDetails(settings: MPowerSettings, code: string): Promise<PowerDetails | undefined> {
  const url = new URL(settings.url.replace(/\/$/, '') + DETAILS_PATH);
  url.searchParams.set('AuthorizationCode', code);
  const { status, text } = await get(url, settings);
  if (status === 404 || status === 400) return undefined;
  if (status !== 200) throw registerUnavailable(`MPower returned the status ${status}.`);
  const answer = withLowerCaseNames(parseJson(text));
  // The register answers so about a code that it does not have.
  if (answer['success'] === false) return undefined;
  const details = parseDetails(answer);
  if (!details) throw registerUnavailable('MPower returned an unknown answer.');
  return details;
}

/** Returns undefined for anything but JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the details in an answer, with or without the envelope `data`; undefined if it has another shape. */
function parseDetails(answer: Record<string, unknown>): PowerDetails | undefined {
  const members = withLowerCaseNames(answer['data'] ?? answer);
  const [type, authorizing, authorized] = ['authorizationtypecode', 'authorizingidn', 'authorizedidn'].map((name) =>
    String(members[name] ?? ''),
  ) as [string, string, string];
  const isValid = String(members['isvalid']).toLowerCase();
  const endTime = parseTime(members['todate'] ?? members['to']);
  if (!TYPE_CODE.test(type) || !['true', 'false'].includes(isValid) || endTime === 'unreadable') return undefined;
  return {
    authorizationTypeCode: type,
    authorizingIdn: authorizing,
    authorizedIdn: authorized,
    isValid: isValid === 'true',
    endTime,
  };
}

/** Returns a time of the register, which is UTC without a zone; undefined for none, which it may write as "null". */
function parseTime(value: unknown): Date | undefined | 'unreadable' {
  if (value === undefined || value === null || value === '' || value === 'null') return undefined;
  const text = String(value);
  const time = new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time.getTime()) ? 'unreadable' : time;
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
