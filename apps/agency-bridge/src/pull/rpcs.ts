import type { KeyObject } from 'node:crypto';
import { parseResourceName } from '@cups/contracts';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import { Problem, violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Keys, Rpcs } from '@cups/rpc';
import type { Channel } from '../domain/channel.ts';
import type { DirectReplyDeps } from '../inbound/direct-reply.ts';
import type { FeedReader } from './feed-reader.ts';
import { recordPostedReply } from './replies.ts';

/** RPCs for the systems of agencies that read and reply over HTTP. */

export interface PullRpcDeps extends DirectReplyDeps {
  reader: Pick<FeedReader, 'read'>;
  keys: Pick<Keys, 'webhookKeys'>;
  /** Returns how an agency receives deliveries. */
  channelOf: (agency: string) => Channel;
}

type PullMethods = 'ListAgencyRequests' | 'ReceiveAgencyReply' | 'ListWebhookKeys';

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 50;
/** The kit, proxies and the age of connections (`@cups/rpc`) are prepared for a wait of this length. */
const MAX_WAIT_SECONDS = 30;

export function pullRpcs(deps: PullRpcDeps): Pick<Rpcs<AgencyBridgeServiceDefinition>, PullMethods> {
  return {
    async ListAgencyRequests({ cursor, pageSize, waitSeconds }, context) {
      const agency = pullingAgencyOf(context, deps);
      const query = { agency, cursor, pageSize: toPageSize(pageSize), waitMs: toWaitMs(waitSeconds) };
      const { deadline, signal, waitIdle, recordAccess: onRead } = context;
      return deps.reader.read(query, { deadline, signal, waitIdle, onRead });
    },

    async ReceiveAgencyReply({ event: posted }, context) {
      const agency = pullingAgencyOf(context, deps);
      const { requestId, traceparent } = context;
      const { changes, issue } = await recordPostedReply({ posted, agency, requestId, traceparent }, deps);
      return { changes, issue };
    },

    async ListWebhookKeys() {
      const keys = deps.keys.webhookKeys();
      return { keys: keys.map(({ kid, publicKey }) => ({ kid, publicKey: encodePublicKey(publicKey) })) };
    },
  };
}

/** Returns an Ed25519 key as Standard Webhooks writes it. */
function encodePublicKey(key: KeyObject): string {
  const { x = '' } = key.export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
}

/** Returns the agency of the caller. @throws Problem ACTION_NOT_ALLOWED if its file names another channel */
function pullingAgencyOf(context: Context, { channelOf }: PullRpcDeps): string {
  const agency = parseResourceName('agencies', sessionOf(context).agency ?? '');
  if (channelOf(agency) === 'pull') return agency;
  const message = 'The agency has another channel than the pull API.';
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message });
}

/** Returns the effective page size: 0 means 20, and the maximum is 50. @throws Problem INVALID_ARGUMENT */
function toPageSize(pageSize: number): number {
  if (pageSize >= 0) return pageSize === 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE);
  const violations = [violation('/pageSize', 'MINIMUM', { min: 0 })];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The page size must be at least 0.', violations });
}

/** @throws Problem INVALID_ARGUMENT */
function toWaitMs(waitSeconds: number): number {
  if (waitSeconds >= 0 && waitSeconds <= MAX_WAIT_SECONDS) return waitSeconds * 1_000;
  const rule =
    waitSeconds < 0
      ? violation('/waitSeconds', 'MINIMUM', { min: 0 })
      : violation('/waitSeconds', 'MAXIMUM', { max: MAX_WAIT_SECONDS });
  const message = `The wait must be 0 to ${MAX_WAIT_SECONDS} seconds.`;
  throw new Problem({ reason: 'INVALID_ARGUMENT', message, violations: [rule] });
}
