import type { Application } from './application.ts';

/** A draft that nobody touches for so long expires. */
const DRAFT_LIFETIME_DAYS = 30;
const DRAFT_LIFETIME_MS = DRAFT_LIFETIME_DAYS * 86_400_000;

/** The timer of a draft that was touched now. */
export function createDraftTimer(now: Date): NonNullable<Application['timer']> {
  return { kind: 'draft-untouched', due: new Date(now.getTime() + DRAFT_LIFETIME_MS) };
}

/** When a draft was last touched, which its timer says; undefined for what is no draft. */
export function resolveLastEditTime(timer: Application['timer']): Date | undefined {
  return timer?.kind === 'draft-untouched' ? new Date(timer.due.getTime() - DRAFT_LIFETIME_MS) : undefined;
}
