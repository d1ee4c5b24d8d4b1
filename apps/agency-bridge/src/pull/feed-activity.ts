import { toTimestamp } from '@cups/contracts/proto';
import type { FeedActivity } from '@cups/contracts/gen/cups/agencybridge/v1/FeedActivity.ts';
import type { WebhookActivity } from '@cups/contracts/gen/cups/agencybridge/v1/WebhookActivity.ts';
import type { Documents } from '@cups/store';
import type { AgencyFeeds } from './feed.ts';
import type { StoredWebhook } from './webhook/webhooks.ts';

export interface FeedActivityDeps {
  feeds: Pick<AgencyFeeds, 'unread'>;
  webhooks: Pick<Documents<StoredWebhook>, 'get'>;
  /** Returns the address in the file of an agency; undefined without one. */
  webhookOf: (agency: string) => string | undefined;
}

/** Returns how far the system of an agency has read, and the state of its webhook. Never the address. */
export async function readFeedActivity(
  agency: string,
  { feeds, webhooks, webhookOf }: FeedActivityDeps,
): Promise<FeedActivity> {
  const hasWebhook = webhookOf(agency) !== undefined;
  const [unread, webhook] = await Promise.all([
    feeds.unread(agency),
    hasWebhook ? webhooks.get(agency, { scope: 'service' }) : undefined,
  ]);
  return {
    readTime: toTimestamp(unread.readTime),
    unreadCount: unread.count,
    oldestUnreadTime: toTimestamp(unread.oldestTime),
    webhook: hasWebhook ? toWebhookActivity(webhook) : null,
  };
}

/** A webhook that was never called has no state. */
const toWebhookActivity = (webhook: StoredWebhook | undefined): WebhookActivity => ({
  callTime: toTimestamp(webhook?.callTime),
  failures: webhook?.failures ?? 0,
  cause: webhook?.cause ?? '',
  deadTime: toTimestamp(webhook?.deadTime),
});
