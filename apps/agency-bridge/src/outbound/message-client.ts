import { REQUEST_TYPES, validateRequest } from '@cups/agency-contract';
import { messageName, parseResourceName } from '@cups/contracts';
import type { Log } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { GetAgencyMessageResponse__Output as MessageResponse } from '@cups/contracts/gen/cups/intake/v1/GetAgencyMessageResponse.ts';
import { isProblem } from '@cups/problem';
import type { MessageFetchResult } from '../domain/desk-message.ts';
import type { Delivery, PendingMessage } from '../domain/delivery.ts';

/**
 * Fetches a message of the desk from intake.
 * @throws Problem
 */
export type GetMessage = (name: string, training: boolean, requestId: string) => Promise<MessageResponse>;

/** Fetches messages of desks from intake, and converts them to messages of the agency contract. */
export class MessageClient {
  readonly #getMessage: GetMessage;
  readonly #log: Log;

  constructor(getMessage: GetMessage, log: Log) {
    this.#getMessage = getMessage;
    this.#log = log;
  }

  /** Returns the message of a delivery, or why it has none. */
  async fetch(
    delivery: Pick<Delivery, 'application' | 'agency' | 'training'>,
    { number, correlationId, attempts }: Pick<PendingMessage, 'number' | 'correlationId' | 'attempts'>,
  ): Promise<MessageFetchResult> {
    const { application, training = false } = delivery;
    const name = messageName(parseResourceName('applications', application), number);
    try {
      return toFetchResult(delivery, number, await this.#getMessage(name, training, correlationId));
    } catch (error) {
      const { kind, reason } = isProblem(error) ? error : { kind: 'INTERNAL', reason: 'INTERNAL' };
      if (kind === 'NOT_FOUND') return { kind: 'ended' };
      if (reason === 'TRAINING_MISMATCH') return { kind: 'failed', cause: 'MESSAGE_NOT_SENT' };
      if (attempts === 0) this.#log.warn({ event: 'message-deferred', resource: application, reason });
      return { kind: 'unavailable' };
    }
  }
}

function toFetchResult(
  { application, agency }: Pick<Delivery, 'application' | 'agency'>,
  number: number,
  response: MessageResponse,
): MessageFetchResult {
  // An application that was passed on has another agency: the message is not for this one.
  if (response.ended || response.agency !== `agencies/${agency}`) return { kind: 'ended' };
  const { text, language } = response;
  const sendTime = fromTimestamp(response.sendTime)?.toISOString();
  const data = { application, number, text, ...(language === '' ? {} : { language }), sendTime };
  const checked = validateRequest(REQUEST_TYPES.messageSent, data);
  return checked.ok ? { kind: 'message', data } : { kind: 'failed', cause: 'MESSAGE_NOT_SENT' };
}
