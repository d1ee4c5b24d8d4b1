import { formatDayAndTime } from '../language/dates.ts';
import { formatMessage } from '../language/messages.ts';
import type { Write } from '../outbox/write.ts';
import { useSignedIn } from '../session/session.tsx';
import { UNSENT } from '../texts/unsent.ts';
import { useVisits } from '../visit/visits.tsx';
import { hasEnded, isDraftAct } from './conflict.ts';
import { actLine, toNoteTexts } from './describe-act.ts';
import { storeDiscardedAct } from './discarded-acts.ts';
import type { WaysProps } from './ways.tsx';

/** What a decision does with the acts that cannot be sent. */
interface RejectedActs {
  /** The rejected act, and those behind it that are nothing without it. */
  writes: readonly Write[];
  /** Whether the application takes what is done about them as a note. */
  canKeep: boolean;
  keepAsNote: () => void;
  /** Drops what a supervisor has now. */
  leaveToSupervisor: () => Promise<void>;
  discard: (reason: string) => Promise<void>;
}

type NoteText = typeof UNSENT.noteKept | typeof UNSENT.noteHandedIn | typeof UNSENT.noteDiscarded;

export function useRejectedActs({ application, name, service, head, theirs, zone }: WaysProps): RejectedActs {
  const { outbox, uploads, localStore } = useSignedIn();
  const { store } = useVisits();
  const { pending } = outbox.syncStatus(application);
  const isOver = hasEnded(theirs);
  const writes = pending.filter((write) => belongs(write, head, isOver));
  const keys = writes.map(({ key }) => key);
  const canKeep = theirs !== undefined && head.kind !== 'notes';
  const acts = writes.map((write) => actLine(write, service)).join(' ');
  const time = formatDayAndTime(head.madeAt, zone);

  /** The screens of the draft show what the platform has. */
  function leaveDraft({ keepsScans = false } = {}): void {
    if (head.kind === 'create' && !theirs) {
      // The platform takes scans of an application that it does not know yet: a release finds them.
      for (const { record } of keepsScans ? [] : uploads.all())
        if (record.application === application) uploads.remove(record.id);
      return store.removeDraft(application);
    }
    if (!theirs || !isOver) return;
    outbox.setKnown(theirs);
    store.change(application, (draft) =>
      Object.assign({}, draft, { known: theirs, takenAt: undefined, submitting: false }),
    );
  }
  function replaceWithNote(message: NoteText, params: Record<string, string> = {}): void {
    const [first = '', ...more] = toNoteTexts(formatMessage('ro', message, Object.assign({ time, act: acts }, params)));
    outbox.replaceWithNotes(application, keys, [first, ...more]);
    leaveDraft();
  }
  /** The platform has no application to write on: what was decided stays on this PC. */
  async function drop(reason: string, kept: { keepsScans?: boolean } = {}): Promise<void> {
    const trackingNumber = store.draft(application)?.trackingNumber;
    const at = new Date().toISOString();
    await storeDiscardedAct(localStore, { id: head.key, name, trackingNumber, acts, reason, time: at });
    outbox.withdrawWrites(application, keys);
    leaveDraft(kept);
  }
  return {
    writes,
    canKeep,
    keepAsNote: () => replaceWithNote(UNSENT.noteKept),
    async leaveToSupervisor() {
      if (canKeep) replaceWithNote(UNSENT.noteHandedIn);
      else await drop(UNSENT.handedIn.ro, { keepsScans: true });
    },
    async discard(reason) {
      if (canKeep) replaceWithNote(UNSENT.noteDiscarded, { reason });
      else await drop(reason);
    },
  };
}

/** Without its first act nothing of a new application can be sent, and nothing of a draft that is no draft any more. */
function belongs(write: Write, head: Write, isOver: boolean): boolean {
  if (write.key === head.key || head.kind === 'create') return true;
  return isOver && isDraftAct(head) && isDraftAct(write);
}
