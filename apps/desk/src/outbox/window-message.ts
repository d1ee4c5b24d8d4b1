import type { Application, Problem } from '../api/types.ts';
import type { Write } from './write.ts';

/** What the windows of one operator tell each other. */
export type WindowMessage =
  | { type: 'put'; write: Write }
  | { type: 'dropped'; application: string; keys: readonly string[] }
  | { type: 'answered'; write: Write; answer: Application }
  | { type: 'refused'; application: string; problem: Problem }
  | { type: 'unreachable'; application: string; since: number | undefined }
  | { type: 'known'; known: Application }
  | { type: 'retry'; application: string }
  | { type: 'resume' }
  /** `window` is the name of the lock that the new window holds. Others answer with theirs. */
  | { type: 'opened'; window?: string }
  | { type: 'present'; window: string };
