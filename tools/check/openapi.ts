import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BaseResolver, createConfig, lintDocument, makeDocumentFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import type { RulesetDefinition } from '@stoplight/spectral-core';
import owasp from '@stoplight/spectral-owasp-ruleset';
import parsers from '@stoplight/spectral-parsers';
import rulesets from '@stoplight/spectral-rulesets';
import { parse } from 'yaml';
import { findMissingTitles } from '../generate/openapi/names.ts';
import { findWrongRetryHeaders } from './openapi-retries.ts';

/**
 * Checks the public interface with the rules of Spectral (OpenAPI and OWASP API top ten) and Redocly. ACCEPTED lists exceptions
 * with reasons; an unused exception fails too. `node tools/check/openapi.ts`; tests use `--file` for another document.
 */

/** An accepted finding: `at` matches its path, such as `paths//api/v1/tracking/post/security`, or it `refers` to this. */
interface AcceptedFinding {
  rule: string;
  at?: RegExp;
  refers?: string;
  why: string;
}

/** Operations without a session. Listed here too, so that a review sees a new one. */
const PUBLIC_OPERATIONS =
  '/|/healthz|/readyz|/api/v1/(openapi.json|operators|sign-in-providers|catalog|agencies|agencies/{code}/catalog|centres|centres/{code}|public-services|public-services/{code})';

const ACCEPTED_FINDINGS: AcceptedFinding[] = [
  { rule: 'license-url', why: 'OpenAPI 3.1 takes an identifier or an address, not both.' },
  { rule: 'contact-properties', why: 'Each installation has operators of its own; no address fits all of them.' },
  {
    rule: 'owasp:api2:2023-read-restricted',
    at: new RegExp(`^paths/(${PUBLIC_OPERATIONS})/get/`),
    why: 'Public: probes, this document, and what may stand on any wall. Operators are the synthetic ones of the test provider.',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    at: /^paths\/\/api\/v1\/(sessions|tracking|mandate-tracking(\/(end|applications))?)\/post\//,
    why: 'Sign-in starts without a session; tracking is open to holders of the number or code.',
  },
  {
    rule: 'owasp:api2:2023-write-restricted',
    at: /^paths\/\/api\/v1\/sealed-acts\/post\//,
    why: 'A sealed act contains its authority, which only the platform can open.',
  },
  {
    rule: 'owasp:api8:2023-define-error-responses-401',
    at: /^paths\/\/api\/v1\/sealed-acts\/post\//,
    why: 'An operation without a session never answers 401.',
  },
  {
    rule: 'owasp:api8:2023-define-error-responses-401',
    at: new RegExp(`^paths/(${PUBLIC_OPERATIONS}|/api/v1/(mandate-)?tracking(/(end|applications))?)/(get|post)/`),
    why: 'An operation without a session never answers 401.',
  },
  {
    rule: 'owasp:api8:2023-define-error-responses-401',
    at: /^paths\/\/api\/v1\/quarantined-acts\/post\//,
    why: 'An offline grant that is not accepted is forbidden: signing in would not help its device.',
  },
  {
    rule: 'owasp:api4:2023-rate-limit',
    at: /\/responses\/(?:2\d\d|(?!TooManyRequests)[A-Z]\w*)(?:\/headers)?$/,
    why: 'The gateway sends no RateLimit header: each replica counts separately, so none knows the remaining quota.',
  },
  {
    rule: 'owasp:api4:2023-rate-limit',
    at: /^components\/responses\/TooManyRequests\/headers$/,
    why: 'The rule supports only RateLimit headers; the response has Retry-After, which tools/check/openapi-retries.ts requires.',
  },
  {
    rule: 'owasp:api8:2023-define-cors-origin',
    why: 'There is no CORS: pages of other sites may not call, and a header would only open a door.',
  },
  {
    rule: 'owasp:api2:2023-no-credentials-in-url',
    at: /^components\/parameters\/PageToken\/name$/,
    why: 'A page token is a position in a list; it grants no access.',
  },
  {
    rule: 'owasp:api4:2023-string-restricted',
    at: /^components\/schemas\/(Prose|Page|Violation\/properties\/params\/additionalProperties)$/,
    why: 'Text for people in answers, in any script; what is sent is restricted.',
  },
  {
    rule: 'owasp:api4:2023-string-limit',
    at: /^components\/schemas\/Bytes$/,
    why: 'Bytes, not characters: descriptions and Content-Length bound them, and openapi-generator makes Go code of a limit that does not compile.',
  },
  {
    rule: 'owasp:api4:2023-string-restricted',
    refers: '#/components/schemas/Prose',
    why: 'The same, where words of its own stand beside the reference.',
  },
];

const { values } = parseArgs({
  options: { file: { type: 'string', default: join(import.meta.dirname, '../../apps/gateway/openapi.yaml') } },
});
const text = readFileSync(values.file, 'utf8');

interface Finding {
  rule: string;
  at: string;
  message: string;
  /** The node of the document. */
  node?: { $ref?: string };
}

const findings: Finding[] = [...(await runSpectral()), ...(await runRedocly()), ...runOwnRules(parse(text))];
const isCoveredBy = (finding: Finding) => (one: AcceptedFinding) =>
  one.rule === finding.rule &&
  (one.at?.test(finding.at) ?? true) &&
  (one.refers === undefined || one.refers === finding.node?.$ref);
const faults = findings.filter((finding) => !ACCEPTED_FINDINGS.some(isCoveredBy(finding)));
const unusedExceptions = ACCEPTED_FINDINGS.filter((one) => !findings.some((finding) => isCoveredBy(finding)(one)));

for (const { rule, at, message } of faults) console.error(`${rule} at ${at}: ${message}`);
for (const { rule } of unusedExceptions)
  console.error(`${rule}: accepted in tools/check/openapi.ts, but no longer found`);
console.log(`openapi: ${faults.length} findings, ${findings.length - faults.length} accepted with a reason`);
process.exitCode = faults.length + unusedExceptions.length > 0 ? 1 : 0;

function runOwnRules(document: Parameters<typeof findMissingTitles>[0]): Finding[] {
  return [...findMissingTitles(document), ...findWrongRetryHeaders(document)];
}

async function runSpectral(): Promise<Finding[]> {
  const spectral = new spectralCore.Spectral();
  const all: RulesetDefinition = {
    extends: [
      [rulesets.oas as RulesetDefinition, 'all'],
      [owasp as unknown as RulesetDefinition, 'all'],
    ],
    rules: {},
  };
  spectral.setRuleset(all);
  const found = await spectral.run(new spectralCore.Document(text, parsers.Yaml, values.file));
  const document = parse(text) as object;
  const nodeAt = (path: (string | number)[]) =>
    path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
  return found.map(({ code, path, message }) => ({
    rule: String(code),
    at: path.join('/'),
    message,
    node: nodeAt(path) as { $ref?: string },
  }));
}

async function runRedocly(): Promise<Finding[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const document = makeDocumentFromString(text, values.file);
  const found = await lintDocument({ document, config, externalRefResolver: new BaseResolver() });
  return found.map(({ ruleId, location, message }) => ({ rule: ruleId, at: location[0]?.pointer ?? '', message }));
}
