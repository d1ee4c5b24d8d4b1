import type { CommandResult, Delivery } from './delivery.ts';

/** How deliveries reach their agency. Pure functions. */

export const CHANNELS = ['kafka', 'pull', 'page'] as const;
/**
 * `kafka`: as requests on the agency's topic. `pull`: as entries of the agency's feed, which its system reads over HTTP.
 * `page`: the delivery itself is what the agency's clerks see.
 */
export type Channel = (typeof CHANNELS)[number];

/**
 * Routes the result of a fetch to the channel of the agency. On the page, a request counts as sent once it is stored:
 * nothing is published, and the content stays in intake. A training always uses the training topics.
 */
export function routeTo<D extends Delivery>(channel: Channel, result: CommandResult<D>, now: Date): CommandResult<D> {
  const { delivery, outbound } = result;
  const hasRequest = outbound.some((message) => message.to === 'agency');
  if (!hasRequest) return result;
  if (channel === 'pull' && !delivery.training)
    return delivery.channel === 'pull' ? result : { outbound, delivery: { ...delivery, channel } };
  if (channel === 'page' && !delivery.training)
    return { outbound, delivery: { ...delivery, channel, sent: true, sendTime: delivery.sendTime ?? now } };
  if (delivery.channel === undefined) return result;
  const { channel: _earlier, ...others } = delivery;
  return { outbound, delivery: others as D };
}

/**
 * Returns a decided delivery on the channel of its agency, so that the agency can correct or revoke the result there. Nothing is
 * sent again. The same object means no change.
 */
export function moveDecided<D extends Delivery>(channel: Channel, delivery: D): D {
  const { channel: earlier = 'kafka', ...others } = delivery;
  if (delivery.state !== 'answered' || delivery.training || earlier === channel) return delivery;
  return (channel === 'kafka' ? others : { ...others, channel }) as D;
}

/** Stages of a delivery in the queue of its agency. */
export const AGENCY_STAGES = ['to-acknowledge', 'in-progress', 'documents-requested', 'decided', 'ended'] as const;
export type AgencyStage = (typeof AGENCY_STAGES)[number];

/** Stages in which the agency has not decided. */
export const OPEN_STAGES: readonly AgencyStage[] = ['to-acknowledge', 'in-progress', 'documents-requested'];

/** Returns the stage of a delivery; undefined before it was sent. */
function resolveStage({ state, sent, openRequest }: Delivery): AgencyStage | undefined {
  switch (state) {
    case 'queued':
      if (!sent) return undefined;
      return openRequest ? 'documents-requested' : 'to-acknowledge';
    case 'acknowledged':
      return openRequest ? 'documents-requested' : 'in-progress';
    case 'answered':
      return 'decided';
    default:
      return 'ended';
  }
}

/** Sorts deliveries without a term after all others. */
const NO_TERM = '9999-12-31';

/** Returns the delivery with its place in the queue of the page. The same object means no change. */
export function withStage<D extends Delivery>(delivery: D): D {
  const stage = delivery.channel === 'page' ? resolveStage(delivery) : undefined;
  const term = stage && (delivery.dueDate ?? NO_TERM);
  if (stage === delivery.stage && term === delivery.term) return delivery;
  const { stage: _stage, term: _term, ...others } = delivery;
  return (stage === undefined ? others : { ...others, stage, term }) as D;
}
