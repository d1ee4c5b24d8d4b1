import type { Content } from '@cups/application';
import type { Write } from '../outbox/write.ts';
import { pickContent } from './model/draft-merge.ts';

/** What the unsent writes of an application say about it. Nothing else may know of it: half-typed input ends, acts stay. */

export interface WrittenApplication {
  /** Code of the service; undefined without the write that opens the draft. */
  service: string | undefined;
  trackingNumber: string | undefined;
  /** applications/{id} that it corrects. */
  corrects: string | undefined;
  content: Content;
}

/** Returns the application that the writes add up to. An edit has the changed members as a whole, null for removed ones. */
export function contentOfWrites(writes: readonly Pick<Write, 'kind' | 'body'>[]): WrittenApplication {
  const created = writes.find(({ kind }) => kind === 'create')?.body ?? {};
  const edits = writes.filter(({ kind }) => kind === 'edit').map(({ body }) => body);
  const content = Object.entries(pickContent(Object.assign({}, created, ...edits)));
  const text = (name: string): string | undefined => (typeof created[name] === 'string' ? created[name] : undefined);
  return {
    service: text('publicService'),
    trackingNumber: text('trackingNumber'),
    corrects: text('corrects'),
    content: Object.fromEntries(content.filter(([, value]) => value !== null)) as Content,
  };
}
