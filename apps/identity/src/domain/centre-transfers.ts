import type { CentreFile } from './centres.ts';

/** Which centre goes on with the applications of one that has closed: its file names it, and a chain of them is followed. */

/** What is needed of a centre. */
type TransferableCentre = Pick<CentreFile, 'code' | 'status' | 'transferTo'>;
type CentresByCode = ReadonlyMap<string, TransferableCentre>;

/** Of so many closed centres one takes the applications over at most: a session names them all. */
export const MAX_INHERITED_CENTRES = 20;

/** The centre that has the applications of `code`: itself, or whoever took them over; undefined where a chain leads nowhere. */
export function findResponsibleCentre(code: string, centres: CentresByCode): string | undefined {
  const passed = new Set<string>();
  for (let at = code; !passed.has(at);) {
    passed.add(at);
    const centre = centres.get(at);
    if (!centre) return undefined;
    if (centre.status !== 'closed' || centre.transferTo === undefined) return at;
    at = centre.transferTo;
  }
  return undefined;
}

/** Codes of the closed centres whose applications `code` took over, in order. */
export function findInheritedCentres(code: string, centres: CentresByCode): string[] {
  const closed = [...centres.values()].filter((one) => one.code !== code && one.status === 'closed');
  return closed.map((one) => one.code).filter((one) => findResponsibleCentre(one, centres) === code);
}

/** What is wrong between centres: a successor that is not there, has never opened, or leads back; or one with too many. */
export function validateTransfers(centres: CentresByCode): { code: string; message: string }[] {
  const errors: { code: string; message: string }[] = [];
  for (const { code, transferTo } of centres.values()) {
    const message = transferTo === undefined ? undefined : validateTransfer(code, transferTo, centres);
    if (message !== undefined) errors.push({ code, message });
    const count = findInheritedCentres(code, centres).length;
    if (count > MAX_INHERITED_CENTRES) {
      errors.push({ code, message: `it takes over from ${count} centres; ${MAX_INHERITED_CENTRES} are the most` });
    }
  }
  return errors;
}

function validateTransfer(code: string, transferTo: string, centres: CentresByCode): string | undefined {
  const successor = centres.get(transferTo);
  if (transferTo === code) return 'transferTo names the centre itself';
  if (!successor) return `transferTo names ${transferTo}, which has no file`;
  if (successor.status === 'planned' || successor.status === 'training') {
    return `transferTo names ${transferTo}, which is ${successor.status}: only a centre that has opened takes over`;
  }
  return findResponsibleCentre(code, centres) === undefined ? `transferTo ${transferTo} leads to no centre` : undefined;
}
