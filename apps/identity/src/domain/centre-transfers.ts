import type { CentreFile } from './centres.ts';

/** Which centre continues the applications of a closed one. `transferTo` names it and can form a chain. */

type TransferableCentre = Pick<CentreFile, 'code' | 'status' | 'transferTo'>;
type CentresByCode = ReadonlyMap<string, TransferableCentre>;

/** Maximum number of closed centres that one centre can inherit. A session lists all of them. */
export const MAX_INHERITED_CENTRES = 20;

/** Returns the code of the centre that owns the applications of `code`; undefined for a broken or circular chain. */
export function findResponsibleCentre(code: string, centres: CentresByCode): string | undefined {
  const visited = new Set<string>();
  for (let current = code; !visited.has(current);) {
    visited.add(current);
    const centre = centres.get(current);
    if (!centre) return undefined;
    if (centre.status !== 'closed' || centre.transferTo === undefined) return current;
    current = centre.transferTo;
  }
  return undefined;
}

/** Returns the codes of the closed centres whose applications `code` inherited, in map order. */
export function findInheritedCentres(code: string, centres: CentresByCode): string[] {
  const closed = [...centres.values()].filter((centre) => centre.code !== code && centre.status === 'closed');
  return closed.map((centre) => centre.code).filter((other) => findResponsibleCentre(other, centres) === code);
}

/** Returns the errors of all transfers: an unknown, unopened or circular successor, or too many inherited centres. */
export function validateTransfers(centres: CentresByCode): { code: string; message: string }[] {
  const errors: { code: string; message: string }[] = [];
  const inheritedCounts = countInheritedCentres(centres);
  for (const { code, transferTo } of centres.values()) {
    const message = transferTo === undefined ? undefined : validateTransfer(code, transferTo, centres);
    if (message !== undefined) errors.push({ code, message });
    const count = inheritedCounts.get(code) ?? 0;
    if (count > MAX_INHERITED_CENTRES) {
      errors.push({ code, message: `inherits ${count} centres; the maximum is ${MAX_INHERITED_CENTRES}` });
    }
  }
  return errors;
}

/** Returns the number of inherited centres by code, in one pass over all centres. */
function countInheritedCentres(centres: CentresByCode): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code, status } of centres.values()) {
    const responsible = status === 'closed' ? findResponsibleCentre(code, centres) : code;
    if (responsible !== undefined && responsible !== code) counts.set(responsible, (counts.get(responsible) ?? 0) + 1);
  }
  return counts;
}

function validateTransfer(code: string, transferTo: string, centres: CentresByCode): string | undefined {
  const successor = centres.get(transferTo);
  if (transferTo === code) return 'transferTo names the centre itself';
  if (!successor) return `transferTo names ${transferTo}, which has no file`;
  if (successor.status === 'planned' || successor.status === 'training') {
    return `transferTo names ${transferTo}, which is ${successor.status}; the successor must have opened`;
  }
  return findResponsibleCentre(code, centres) === undefined ? `transferTo ${transferTo} leads to no centre` : undefined;
}
