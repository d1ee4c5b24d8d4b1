import type { Content } from '@cups/application';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, bodyOf, isPassing, Refusal } from '../api/client.ts';
import type { Application } from '../api/types.ts';
import type { Outbox, Passage } from '../outbox/outbox.ts';
import { usePassage } from '../outbox/use-outbox.ts';
import { changesOf, contentIn, isSame, merged, sendableOf, take } from './model/sending.ts';
import { contentOf } from './model/typed.ts';
import type { Reading, Typed } from './model/typed.ts';
import type { Draft, Visits } from './store.ts';
import { useVisits } from './visits.tsx';

/** What is typed goes to the platform a moment after the last key, as far as it has the right shape, and when a screen is left. */

const PAUSE_MS = 1_000;

export interface Sending {
  passage: Passage;
  /** Why the platform did not take the last write; until something else is tried. */
  refused: Refusal | undefined;
  forget: () => void;
  /** Gives what is new to the outbox now. */
  give: () => void;
  /** Files the draft. Nothing happens where a colleague wrote meanwhile: the draft then says so. */
  submit: () => Promise<void>;
  renew: () => void;
  /** Gives the draft up at the platform. */
  withdraw: () => void;
}

export function useSending(draft: Draft, reading: Reading): Sending {
  const { store } = useVisits();
  const { outbox, ...passage } = usePassage(draft.id);
  const [refused, setRefused] = useState<Refusal>();
  const now = useRef({ draft, reading });
  useEffect(() => {
    now.current = { draft, reading };
  });
  const { id } = draft;
  const give = useCallback(() => giveNew(store.draft(id), now.current.reading, outbox, store), [id, outbox, store]);

  useEffect(() => {
    const timer = setTimeout(give, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [give, draft.typed, draft.conflicts, draft.service]);
  // What was typed in the last second before the screen goes away is given as well.
  useEffect(() => give, [give]);

  useEffect(() => {
    if (draft.known && !outbox.known(draft.id)) outbox.saw(draft.known);
  }, [outbox, draft.id, draft.known]);
  const answered = outbox.known(draft.id);
  useEffect(() => {
    if (answered && answered.etag !== draft.known?.etag)
      store.change(draft.id, (one) => changed(one, { known: answered }));
  }, [answered, draft.id, draft.known, store]);

  const { refusal } = passage;
  useEffect(() => {
    if (refusal) void deal(refusal);
    async function deal(of: Refusal) {
      const { draft: here, reading: by } = now.current;
      outbox.drop(here.id);
      if (of.reason === 'ETAG_STALE') return void (await catchUp(here, by, outbox, store));
      // What was not taken is new again: it goes with the next change.
      store.change(here.id, (one) => changed(one, { sent: one.known && contentIn(one.known), submitting: false }));
      setRefused(of);
      if (of.reason === 'ACTION_NOT_ALLOWED') await catchUp(here, by, outbox, store);
    }
  }, [refusal, outbox, store]);

  const put = (kind: 'submit' | 'renew' | 'withdraw') =>
    // A refusal is told by the passage, also after the page was loaded anew.
    outbox.put({ application: draft.id, kind, body: {} }).catch(() => undefined);
  return {
    passage,
    refused,
    forget: () => setRefused(undefined),
    give,
    async submit() {
      setRefused(undefined);
      give();
      if (!(await catchUp(draft, reading, outbox, store))) return;
      store.change(draft.id, (one) => changed(one, { submitting: true }));
      await put('submit');
    },
    renew() {
      setRefused(undefined);
      void put('renew');
    },
    withdraw() {
      if (draft.sent) void put('withdraw');
    },
  };
}

const changed = (draft: Draft, change: Partial<Draft>): Draft => Object.assign({}, draft, change);

/** The draft as it may be sent: where both wrote, the colleague's value stays at the platform until somebody chooses. */
function undisputed({ typed, conflicts }: Draft): Typed {
  const next = Object.assign({}, typed);
  for (const { at, theirs } of conflicts) take(next, at, theirs);
  return next;
}

function giveNew(draft: Draft | undefined, reading: Reading, outbox: Outbox, store: Visits): void {
  // A draft that was given up has nothing to give.
  if (!draft) return;
  const { id, service, sent, known, typed } = draft;
  if (!service || (known && known.state !== 'draft') || outbox.passage(id).refusal) return;
  const content = sendableOf(undisputed(draft), reading);
  const unsent = draft.conflicts.length > 0 || !isSame(content, contentOf(typed, reading));
  // Somebody who only asks what a service takes leaves no draft behind.
  if (!sent && !content.applicant?.idnp && !content.applicant?.familyName) return;
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
