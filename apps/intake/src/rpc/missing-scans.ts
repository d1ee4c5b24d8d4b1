import type { Evidence } from '@cups/application';
import { sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { listUnknownDocuments } from '../domain/documents.ts';
import type { StoredApplication } from '../store.ts';
import type { StoredQuarantinedAct } from '../store/quarantined-acts.ts';
import type { RpcDeps } from './deps.ts';

/**
 * Scans that a quarantined act names and that never reached the platform: their bytes ended with the data of the desk. The
 * person has the original, so the act is released without them.
 */

type Deps = Pick<RpcDeps, 'clients' | 'applications'>;

/** The evidence of a write, as its request has it. */
export interface WriteWithEvidence {
  evidence?: Evidence[];
  content?: { evidence?: Evidence[] } | null;
}

/** Returns clients that list the documents of an application of any centre for a supervisor, who has no centre. */
export function clientsOfDecider({ clients }: Pick<Deps, 'clients'>, context: Context): RpcDeps['clients'] {
  const isSupervisor = sessionOf(context).roles.includes('supervisor');
  return isSupervisor ? { ...clients, listDocuments: clients.exportDocuments } : clients;
}

/**
 * Removes the scans from a write that the platform does not have. The documents stay in its evidence.
 * @returns the kinds of the documents that have no scan, for the history
 * @throws Problem UPSTREAM_UNAVAILABLE
 */
export async function removeMissingScans(
  deps: Deps,
  { application, kind }: Pick<StoredQuarantinedAct, 'application' | 'kind'>,
  { write, context }: { write: WriteWithEvidence; context: Context },
): Promise<string[]> {
  const app = await deps.applications.get(application, { scope: 'service' });
  if (kind === 'submit') return unprovenKindsOf(app);
  const evidence = [...(write.evidence ?? []), ...(write.content?.evidence ?? [])];
  const missing = await findMissing(deps, { application, app, evidence }, context);
  const lost = evidence.filter(({ copy }) => copy !== undefined && missing.includes(copy));
  // A message without the field has an empty text there.
  for (const item of lost) item.copy = '';
  return kindsOf(lost);
}

const unprovenKindsOf = (app: StoredApplication | undefined): string[] =>
  kindsOf((app?.content.evidence ?? []).filter(isUnproven));

/**
 * Returns the kinds of evidence whose scan a release leaves out. A submission has none itself: its draft has the evidence.
 * @throws Problem UPSTREAM_UNAVAILABLE
 */
export async function listMissingScans(
  deps: Deps,
  { application, body, kind, state }: StoredQuarantinedAct,
  { app, context }: { app: StoredApplication | undefined; context: Context },
): Promise<string[]> {
  if (state !== 'open') return [];
  if (kind === 'submit') return unprovenKindsOf(app);
  const evidence = evidenceOf(body);
  const missing = await findMissing(deps, { application, app, evidence }, context);
  return kindsOf(evidence.filter(({ copy }) => copy !== undefined && missing.includes(copy)));
}

const isUnproven = ({ copy, originalSeen, verificationCode }: Evidence): boolean =>
  !copy && !originalSeen && !verificationCode;

const kindsOf = (evidence: readonly Evidence[]): string[] => [...new Set(evidence.map(({ kind }) => kind))];

/** Returns the documents that evidence names and that neither the application nor the service documents has. */
async function findMissing(
  { clients }: Deps,
  { application, app, evidence }: { application: string; app: StoredApplication | undefined; evidence: Evidence[] },
  context: Context,
): Promise<string[]> {
  const unknown = listUnknownDocuments(app ?? {}, evidence);
  if (unknown.length === 0) return [];
  const listed = await clientsOfDecider({ clients }, context).listDocuments(application, context);
  return unknown.filter((name) => !listed.some((document) => document.name === name));
}

/** Returns the evidence in a body, a JSON text; garbage has none. */
function evidenceOf(body: string): Evidence[] {
  try {
    const { evidence } = JSON.parse(body) as { evidence?: unknown };
    return Array.isArray(evidence) ? evidence.filter(isEvidence) : [];
  } catch {
    return [];
  }
}

const isEvidence = (item: unknown): item is Evidence =>
  typeof item === 'object' && item !== null && 'kind' in item && typeof item.kind === 'string';
