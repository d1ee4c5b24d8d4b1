import type { Content } from '@cups/application';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';
import { api, bodyOf, isPassing, Refusal } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { Outbox, Passage } from '../outbox/outbox.ts';
import { usePassage } from '../outbox/use-outbox.ts';
import { useOnce } from '../parts/use-once.ts';
import { changesOf, contentIn, isSame, merged, sendableOf, take } from './model/sending.ts';
import { counting, countingContent } from './model/typed.ts';
import type { Reading, Typed } from './model/typed.ts';
import type { Draft, Visits } from './store.ts';
import { useVisits } from './visits.tsx';

/** What is typed goes to the platform a moment after the last key, as far as it has the right shape, and when a screen is left. */

const PAUSE_MS = 1_000;

export interface Sending {
  passage: Passage;
  /** Why the platform did not take the last write; until something else is tried. */
  refused: Refusal | undefined;
  /** Gives what is new to the outbox now. */
  give: () => void;
  /** The same, also of somebody who is not named yet: what is put aside has to be found in the queue. */
  giveAll: () => void;
  /** Files the draft. Nothing happens where a colleague wrote meanwhile: the draft then says so. */
  submit: () => Promise<void>;
  /** From the press on, until the platform has answered or somebody has something to say to it. */
  isSubmitting: boolean;
  renew: () => void;
  /** Gives the draft up at the platform. */
  withdraw: () => void;
}

export function useSending(draft: Draft, reading: Reading): Sending {
  const { store } = useVisits();
  const { outbox, ...passage } = usePassage(draft.id);
  const { id } = draft;
  const by = useRef(reading);
  useEffect(() => {
    by.current = reading;
  });
  const give = useCallback(() => giveNew(store.draft(id), by.current, outbox, store), [id, outbox, store]);
  useEffect(() => {
    const timer = setTimeout(give, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [give, draft.typed, draft.conflicts, draft.service]);
  // What was typed in the last second before the screen goes away is given as well.
  useEffect(() => give, [give]);
  useKnown(draft, outbox, store);
  const [refused, setRefused] = useRefused(id, passage.refusal, by, outbox, store);

  const put = (kind: 'submit' | 'renew' | 'withdraw') =>
    // A refusal is told by the passage, also after the page was loaded anew.
    outbox.put({ application: id, kind, body: {} }).catch(() => undefined);
  const [submit, isSubmitting] = useOnce(async () => {
    // It is filed already, and the page is about to show it.
    if (draft.submitting && outbox.known(id)?.submitTime) return;
    setRefused(undefined);
    give();
    if (!(await catchUp(draft, reading, outbox, store))) return;
    store.change(id, (one) => changed(one, { submitting: true }));
    await put('submit');
  });
  return {
    passage,
    refused,
    give,
    giveAll: () => giveNew(store.draft(id), reading, outbox, store, true),
    submit,
    isSubmitting: isSubmitting || passage.waiting.some(({ kind }) => kind === 'submit'),
    renew() {
      setRefused(undefined);
      void put('renew');
    },
    withdraw() {
      if (draft.sent) void put('withdraw');
    },
  };
}

/** Keeps what the platform answered last with the draft, so that a page that is loaded anew knows what its edits start from. */
function useKnown(draft: Draft, outbox: Outbox, store: Visits): void {
  const { id, known } = draft;
  useEffect(() => {
    if (known && !outbox.known(id)) outbox.saw(known);
  }, [outbox, id, known]);
  const answered = outbox.known(id);
  useEffect(() => {
    if (answered && answered.etag !== known?.etag) store.change(id, (one) => changed(one, { known: answered }));
  }, [answered, id, known, store]);
}

/** Deals with what the platform did not take: what a colleague wrote is taken in, everything else is told. */
function useRefused(
  id: string,
  refusal: Refusal | undefined,
  by: RefObject<Reading>,
  outbox: Outbox,
  store: Visits,
): [Refusal | undefined, (refused: Refusal | undefined) => void] {
  const [refused, setRefused] = useState<Refusal>();
  useEffect(() => {
    if (refusal) void deal(refusal);
    async function deal(of: Refusal) {
      outbox.drop(id);
      // What was not taken is new again: it goes with the next change.
      const start = (one: Draft) => ({ sent: one.known && contentIn(one.known), submitting: false });
      if (of.reason !== 'ETAG_STALE') {
        store.change(id, (one) => changed(one, start(one)));
        setRefused(of);
      }
      const draft = store.draft(id);
      const overtaken = of.reason === 'ETAG_STALE' || of.reason === 'ACTION_NOT_ALLOWED';
      if (draft && overtaken) await catchUp(draft, by.current, outbox, store);
    }
  }, [refusal, id, by, outbox, store]);
  return [refused, setRefused];
}

const changed = (draft: Draft, change: Partial<Draft>): Draft => Object.assign({}, draft, change);

/** The draft as it may be sent: where both wrote, the colleague's value stays at the platform until somebody chooses. */
function undisputed({ typed, conflicts }: Draft): Typed {
  const next = Object.assign({}, typed);
  for (const { at, theirs } of conflicts) take(next, at, theirs);
  return next;
}

function giveNew(draft: Draft | undefined, reading: Reading, outbox: Outbox, store: Visits, unnamed = false): void {
  // A draft that was given up has nothing to give.
  if (!draft) return;
  const { id, service, sent, known, typed } = draft;
  if (!service || (known && known.state !== 'draft') || outbox.passage(id).refusal) return;
  const content = sendableOf(undisputed(draft), reading);
  const unsent = draft.conflicts.length > 0 || !isSame(counting(content, reading), countingContent(typed, reading));
  // Somebody who only asks what a service takes leaves no draft behind.
  if (!sent && !unnamed && !content.applicant?.idnp && !content.applicant?.familyName) return;
  const body = sent ? changesOf(sent, content) : opening(draft, content);
  if (Object.keys(body).length === 0) {
    if (unsent !== draft.unsent) store.change(id, (one) => changed(one, { unsent }));
    return;
  }
  outbox.put({ application: id, kind: sent ? 'edit' : 'create', body }).catch(() => undefined);
  store.change(id, (one) => changed(one, { sent: content, unsent: unsent || one.typed !== typed }));
}

function opening({ id, service, corrects }: Draft, content: Content): Record<string, unknown> {
  const body: Record<string, unknown> = { id, publicService: service };
  if (corrects) body['corrects'] = corrects;
  return Object.assign(body, content);
}

/**
 * Reads what the platform has and takes in what a colleague changed.
 * @returns whether the draft was the newest; also when nobody answers, since the platform then checks it
 */
async function catchUp(draft: Draft, reading: Reading, outbox: Outbox, store: Visits): Promise<boolean> {
  if (!draft.sent || !draft.known || outbox.passage(draft.id).waiting.length > 0) return true;
  const theirs = await read(draft.id);
  if (!theirs || theirs.etag === outbox.known(draft.id)?.etag) return true;
  outbox.saw(theirs);
  takeIn(draft, theirs, reading, store);
  return false;
}

/** Merges what the platform has into what is typed here. */
export function takeIn(draft: Draft, theirs: Application, reading: Reading, store: Visits): void {
  const content = contentIn(theirs);
  store.change(draft.id, (one) => {
    const { typed, conflicts } = merged(one.typed, contentIn(one.known ?? theirs), content, reading);
    return changed(one, { typed, conflicts, known: theirs, sent: content });
  });
}

async function read(id: string): Promise<Application | undefined> {
  try {
    return await bodyOf(api.GET('/api/v1/applications/{id}', { params: { path: { id } } }));
  } catch (error) {
    if (isPassing(error) || error instanceof Refusal) return undefined;
    throw error;
  }
}
