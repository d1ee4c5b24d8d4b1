import type { Application, ApplicationDetails } from '../api/types.ts';

/** Scans that the platform refused, and whether the desk can send new ones. */

/** Returns the kinds of evidence whose copy was refused and is not replaced yet. */
export function findRefusedKinds({ documents = [], evidence = [] }: Application): string[] {
  const refused = new Set(documents.filter(({ state }) => state === 'refused').map(({ name }) => name));
  return [...new Set(evidence.filter(({ copy }) => copy && refused.has(copy)).map(({ kind }) => kind))];
}

/** Returns the requested kinds that are neither supplied nor unavailable. */
export function findOpenKinds({ application: { documentRequest: request } }: ApplicationDetails): string[] {
  const answered = [...(request?.suppliedKinds ?? []), ...(request?.unavailable ?? []).map(({ kind }) => kind)];
  return (request?.evidenceKinds ?? []).filter((kind) => !answered.includes(kind));
}

/**
 * Returns the kinds that the answer to the agency's request may contain besides the requested ones: an answer takes
 * any document, so a refused copy is replaced with it.
 */
export function findRescanKinds({ application }: ApplicationDetails): string[] {
  const requested = application.documentRequest?.evidenceKinds ?? [];
  return findRefusedKinds(application).filter((kind) => !requested.includes(kind));
}

/** Whether the answer to an open request can carry a new scan of this kind now. */
export function canScanAgain(details: ApplicationDetails, kind: string): boolean {
  if (!details.application.allowedActions.includes('supply-documents')) return false;
  return [...findOpenKinds(details), ...findRescanKinds(details)].includes(kind);
}

/** Moves to the scan of a kind on this screen, where it is chosen or photographed. */
export function focusScan(kind: string): void {
  const panel = document.querySelector(`[data-scan="${CSS.escape(kind)}"]`);
  panel?.scrollIntoView({ block: 'center' });
  panel?.querySelector<HTMLElement>('button')?.focus();
}
