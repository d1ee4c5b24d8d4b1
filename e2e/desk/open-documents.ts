import type { Page } from 'playwright-core';
import { open } from './desk.ts';
import type { OpenOptions } from './desk.ts';
import { createDraft, waitForDocuments } from './scans.ts';

/** Opens a draft at its documents; a new one by default. */
export async function openDocuments({
  draft,
  ...options
}: OpenOptions & { draft?: { id: string } } = {}): Promise<Page> {
  draft ??= await createDraft();
  const page = await open({ operator: 'cu-001-specialist', path: `/visits/resume/${draft.id}`, ...options });
  await waitForDocuments(page);
  return page;
}
