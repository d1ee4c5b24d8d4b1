import { randomUUID } from 'node:crypto';
import { deliveryIdOf, fromMessage, REPLY_TYPES, sourceOf, toMessage } from '@cups/agency-contract';
import type { ReplyEvent } from '@cups/agency-contract';
import { eventually, produceRaw } from '@cups/testing';
import type { Application } from '@cups/tools/desk';
import { fromSetup } from './surroundings.ts';
import { deskOf } from './filings.ts';

/** Says what an agency says once it has an application; its id ends with ZN, so that the simulated one is silent. */
export async function reply(
  { id, agency }: Application,
  kind: keyof typeof REPLY_TYPES,
  says: Record<string, unknown>,
): Promise<void> {
  const code = agency.replace('agencies/', '');
  const desk = await deskOf('cu-001-specialist');
  const delivery = () => desk.call<{ state: string }>('GET', `/applications/${id}/delivery`).catch(() => undefined);
  await eventually(async () => !['queued', undefined].includes((await delivery())?.body.state), {
    timeoutMs: 20_000,
    everyMs: 100,
  });
  const application = `applications/${id}`;
  const message = toMessage({
    id: randomUUID(),
    source: sourceOf(code),
    subject: `deliveries/${deliveryIdOf(application, code)}`,
    time: new Date().toISOString(),
    type: REPLY_TYPES[kind],
    data: Object.assign({ application, agencyReference: 'ASP-2026-000001' }, says),
  } as ReplyEvent);
  const read = fromMessage(message);
  if (!read.ok) throw new Error(`No reply of the contract: ${JSON.stringify(read)}`);
  const brokers = fromSetup('CUPS_DESK_KAFKA').split(',');
  await produceRaw({ brokers, prefix: fromSetup('CUPS_DESK_PREFIX') }, `agency.${code}.replies`, [message]);
}
