import type { Application } from './application.ts';

const DRAFT_LIFETIME_DAYS = 30;
const DRAFT_LIFETIME_MS = DRAFT_LIFETIME_DAYS * 86_400_000;

/** Returns the expiry timer of a draft edited now. */
export function createDraftTimer(now: Date): NonNullable<Application['timer']> {
  return { kind: 'draft-untouched', due: new Date(now.getTime() + DRAFT_LIFETIME_MS) };
}

/** Returns when a draft was last edited, derived from its timer; undefined for other timers. */
export function resolveLastEditTime(timer: Application['timer']): Date | undefined {
  return timer?.kind === 'draft-untouched' ? new Date(timer.due.getTime() - DRAFT_LIFETIME_MS) : undefined;
}
