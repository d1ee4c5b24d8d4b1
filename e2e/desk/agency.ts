import { randomUUID } from 'node:crypto';
import { deliveryIdOf, fromMessage, REPLY_TYPES, sourceOf, toMessage } from '@cups/agency-contract';
import type { ReplyEvent } from '@cups/agency-contract';
import { eventually, produceRaw } from '@cups/testing';
import { openAgencyApi } from '@cups/tools/agency-api';
import type { Application } from '@cups/tools/desk';
import { platformUrl, readSetupVariable } from './test-env.ts';
import { openDeskFor } from './filings.ts';

/** Sends a reply of the agency. The application ID must end with ZN, so that the simulator stays silent. */
export const sendReply = (
  application: Application,
  kind: keyof typeof REPLY_TYPES,
  data: Record<string, unknown>,
): Promise<void> => sendReplies(application, kind, [data]);

/** Sends replies of one kind, in order, in one request. */
export async function sendReplies(
  { id, agency }: Application,
  kind: keyof typeof REPLY_TYPES,
  contents: readonly Record<string, unknown>[],
): Promise<void> {
  const code = agency.replace('agencies/', '');
  await waitUntilSent(id);
  const messages = contents.map((data) => toReply({ id, code }, kind, data));
  const brokers = readSetupVariable('CUPS_DESK_KAFKA').split(',');
  await produceRaw({ brokers, prefix: readSetupVariable('CUPS_DESK_PREFIX') }, `agency.${code}.replies`, messages);
}

function toReply(
  { id, code }: { id: string; code: string },
  kind: keyof typeof REPLY_TYPES,
  data: Record<string, unknown>,
) {
  const application = `applications/${id}`;
  const hasReference = kind !== 'resultCorrected' && kind !== 'resultRevoked';
  const message = toMessage({
    id: randomUUID(),
    source: sourceOf(code),
    subject: `deliveries/${deliveryIdOf(application, code)}`,
    time: new Date().toISOString(),
    type: REPLY_TYPES[kind],
    data: Object.assign({ application }, hasReference ? { agencyReference: 'ASP-2026-000001' } : {}, data),
  } as ReplyEvent);
  const parsed = fromMessage(message);
  if (!parsed.ok) throw new Error(`No reply of the contract: ${JSON.stringify(parsed)}`);
  return message;
}

/**
 * Uploads a document of the result, as the agency's system does, and waits for its check.
 * @returns its ID, for `result.documents` of a reply
 */
export async function uploadResult({ id, agency }: Application, pdf: Buffer): Promise<string> {
  const code = agency.replace('agencies/', '');
  await waitUntilSent(id);
  const api = openAgencyApi({ url: platformUrl(), keysDir: readSetupVariable('CUPS_DESK_KEYS'), code });
  const document = await api.uploadResult(deliveryIdOf(`applications/${id}`, code), pdf);
  const { state } = await api.waitUntilChecked(document.id);
  if (state !== 'available') throw new Error(`The result is ${state}.`);
  return document.id;
}

async function waitUntilSent(id: string): Promise<void> {
  const desk = await openDeskFor('cu-001-specialist');
  const delivery = () => desk.call<{ state: string }>('GET', `/applications/${id}/delivery`).catch(() => undefined);
  await eventually(async () => !['queued', undefined].includes((await delivery())?.body.state), {
    timeoutMs: 20_000,
    everyMs: 100,
  });
}
