import type { Counter, Log, Metrics, ReceivedEvent } from '@cups/contracts';
import { eventCodec, fromTimestamp, toProtoEnum } from '@cups/contracts/proto';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { GetMandateCodeMailResponse__Output as CodeMail } from '@cups/contracts/gen/cups/identity/v1/GetMandateCodeMailResponse.ts';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import type { HandlerResult } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { Client } from '@cups/rpc';
import { resolveLanguage } from './domain/language.ts';
import { renderCodeMail } from './domain/mandate-code.ts';
import type { Mailer } from './mail.ts';

/** Identity boundary: reads cups.mandates and sends the one-time codes that a centre asked for. */

const identityEvents = eventCodec<IdentityEvents>('cups.identity.v1');
const REQUESTED = 'cups.identity.v1.MandateCodeRequested';

export interface MandateCodeDeps {
  identity: Pick<Client<IdentityServiceDefinition>, 'getMandateCodeMail' | 'recordMandateCodeDelivery'>;
  mailer: Mailer;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/**
 * Returns the handler of cups.mandates. Nothing is stored here: identity keeps code and address until the report. An
 * email is tried once, because the person waits at the desk, where a colleague sees the failure and can repeat. While
 * identity is unavailable, the event is repeated until the code expires.
 */
export function createMandateCodeHandler(deps: MandateCodeDeps): (event: ReceivedEvent) => Promise<HandlerResult> {
  const outcomes: Counter<'outcome'> = deps.metrics.counter(
    'cups_mandate_codes_total',
    'One-time codes for mandates by what became of their emails.',
    ['outcome'],
  );
  return async (event) => {
    if (event.type !== REQUESTED) return 'done';
    const decoded = identityEvents.decode(event);
    if (decoded?.type !== REQUESTED || decoded.data.ref?.mandate !== event.subject) return 'refused';
    const { codeId, expireTime } = decoded.data;
    // Identity ends the email by itself.
    if (deps.now() >= (fromTimestamp(expireTime) ?? event.time)) return 'done';
    const delivery = await sendCode({ name: event.subject, codeId }, deps);
    if (delivery === undefined) return 'done';
    outcomes.inc({ outcome: delivery });
    const line = { event: 'mandate-code-processed', resource: event.subject, outcome: delivery };
    if (delivery === 'sent') deps.log.info(line);
    else deps.log.warn(line);
    return 'done';
  };
}

/** @returns what became of the email; undefined if there is none any longer. @throws Problem of identity */
async function sendCode(
  request: { name: string; codeId: string },
  { identity, mailer }: MandateCodeDeps,
): Promise<'sent' | 'refused' | 'unavailable' | undefined> {
  const mail = await unlessGone(() => identity.getMandateCodeMail(request));
  if (!mail) return undefined;
  const { outcome } = await mailer(toMail(request.codeId, mail));
  const delivery = toProtoEnum('MANDATE_CODE_DELIVERY_', outcome);
  await unlessGone(() => identity.recordMandateCodeDelivery({ ...request, delivery }));
  return outcome;
}

function toMail(codeId: string, { email, code, centreName, language: text }: CodeMail) {
  const language = resolveLanguage(text);
  return {
    id: `mandate-code-${codeId}`,
    emailAddress: email,
    language,
    ...renderCodeMail(language, { code, centre: centreName }),
  };
}

/** Returns undefined if identity has no such email: a newer code replaced it, or it was sent before. */
async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isProblem(error) && error.kind === 'NOT_FOUND') return undefined;
    throw error;
  }
}
