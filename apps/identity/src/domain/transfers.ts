import type { CentreFile } from './centres.ts';

/** Which centre goes on with the applications of one that has closed: its file names it, and a chain of them is followed. */

/** What is needed of a centre. */
type Transferring = Pick<CentreFile, 'code' | 'status' | 'transferTo'>;
type Centres = ReadonlyMap<string, Transferring>;

/** Of so many closed centres one takes the applications over at most: a session names them all. */
export const MAX_TAKEN_OVER = 20;

/** The centre that has the applications of `code`: itself, or whoever took them over; undefined where a chain leads nowhere. */
export function holderOf(code: string, centres: Centres): string | undefined {
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
export function takenOverBy(code: string, centres: Centres): string[] {
  const closed = [...centres.values()].filter((one) => one.code !== code && one.status === 'closed');
  return closed.map((one) => one.code).filter((one) => holderOf(one, centres) === code);
}

/** What is wrong between centres: a successor that is not there, has never opened, or leads back; or one with too many. */
export function faultsOfTransfers(centres: Centres): { code: string; message: string }[] {
  const faults: { code: string; message: string }[] = [];
  for (const { code, transferTo } of centres.values()) {
    const message = transferTo === undefined ? undefined : faultOf(code, transferTo, centres);
    if (message !== undefined) faults.push({ code, message });
    const count = takenOverBy(code, centres).length;
    if (count > MAX_TAKEN_OVER) {
      faults.push({ code, message: `it takes over from ${count} centres; ${MAX_TAKEN_OVER} are the most` });
    }
  }
  return faults;
}

function faultOf(code: string, transferTo: string, centres: Centres): string | undefined {
  const successor = centres.get(transferTo);
  if (transferTo === code) return 'transferTo names the centre itself';
  if (!successor) return `transferTo names ${transferTo}, which has no file`;
  if (successor.status === 'planned' || successor.status === 'training') {
    return `transferTo names ${transferTo}, which is ${successor.status}: only a centre that has opened takes over`;
  }
  return holderOf(code, centres) === undefined ? `transferTo ${transferTo} leads to no centre` : undefined;
}
