import { resourceName } from '@cups/contracts';
import type { DeskTime } from '@cups/contracts';
import type { DeskTime as DeskTimeOut, DeskTime__Output } from '@cups/contracts/gen/cups/type/v1/DeskTime.ts';
import { fromTimestamp, toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { HeldMandate } from '@cups/contracts/gen/cups/identity/v1/HeldMandate.ts';
import type { Mandate } from '@cups/contracts/gen/cups/identity/v1/Mandate.ts';
import type { MandateFacts } from '@cups/contracts/gen/cups/identity/v1/MandateFacts.ts';
import type { MandatePerson as PersonOut } from '@cups/contracts/gen/cups/identity/v1/MandatePerson.ts';
import type { MandateRevocation } from '@cups/contracts/gen/cups/identity/v1/MandateRevocation.ts';
import type { MandateScope as ScopeOut } from '@cups/contracts/gen/cups/identity/v1/MandateScope.ts';
import type { MandateText } from '@cups/contracts/gen/cups/identity/v1/MandateText.ts';
import type { MandateSupportingCode } from '@cups/contracts/gen/cups/identity/v1/MandateSupportingCode.ts';
import { etagOf } from '@cups/store';
import { remainingScope, stateAt } from '../domain/mandate.ts';
import type { MandateScope, Revocation, SupportingCode } from '../domain/mandate.ts';
import type { MandateDetails, MandatePerson } from './details.ts';
import { toServiceNames } from './requests.ts';
import type { StoredMandate } from './store.ts';

/** Converts mandates to cups.identity.v1. */

/** Converts a mandate for its centre, without what lists leave out: the text and the code. */
export function toMandateRow(mandate: StoredMandate, details: MandateDetails, now: Date): Mandate {
  const { text, supportingCode, application = '' } = mandate;
  return {
    name: resourceName('mandates', mandate._id),
    centre: mandate.centre,
    person: toPerson(details.person),
    representative: details.representative ? toPerson(details.representative) : null,
    scope: toScopeOut(mandate.scope),
    remainingScope: toScopeOut(remainingScope(mandate)),
    term: toProtoEnum('MANDATE_TERM_', mandate.term),
    application,
    grantTime: toTimestamp(mandate.grantTime),
    expireTime: toTimestamp(mandate.expireTime),
    grantedBy: mandate.grantedBy,
    ground: {
      kind: toProtoEnum('MANDATE_GROUND_', mandate.ground),
      reference: details.reference,
      date: details.date ?? '',
      notary: details.notary ?? '',
      mpowerType: details.mpower?.type ?? '',
      mpowerState: details.mpower?.state ?? '',
      mpowerCheckTime: toTimestamp(details.mpower && new Date(details.mpower.checkTime)),
    },
    text: { version: text.version, language: text.language, sha256: text.sha256 },
    printTime: toTimestamp(mandate.printTime),
    supportingCode: supportingCode ? toSupportingCode(supportingCode) : null,
    state: toProtoEnum('MANDATE_STATE_', stateAt(mandate, now)),
    revocations: mandate.revocations.map((one) => toRevocation(one)),
    training: mandate.training,
    etag: etagOf(mandate),
    deskTime: toDeskTime(mandate.deskTime),
  };
}

function toDeskTime(deskTime: DeskTime | undefined): DeskTimeOut | null {
  if (!deskTime) return null;
  const { time, device, sequence, previous = '', anchorTime, isBounded: bounded } = deskTime;
  return { time: toTimestamp(time), device, sequence, previous, anchorTime: toTimestamp(anchorTime), bounded };
}

/** Converts the time of an act in quarantine; undefined for a call that names none. */
export function fromDeskTime(given: DeskTime__Output | null): DeskTime | undefined {
  const time = fromTimestamp(given?.time ?? null);
  const anchorTime = fromTimestamp(given?.anchorTime ?? null);
  if (!given || !time || !anchorTime) return undefined;
  const { device, sequence, previous, bounded: isBounded } = given;
  return { time, device, sequence, ...(previous && { previous }), anchorTime, isBounded };
}

/** Converts a whole mandate for its centre. @param code the mandate's own code, in the response that issues it */
export function toMandate(mandate: StoredMandate, details: MandateDetails, now: Date, code = ''): Mandate {
  const row = toMandateRow(mandate, details, now);
  const { address = '' } = mandate.supportingCode ?? {};
  const supportingCode = row.supportingCode ? { ...row.supportingCode, address } : null;
  return { ...row, supportingCode, text: toShownText(mandate, details), code };
}

/** Converts a mandate for the holder of its code: people only as the text that they saw names them, and no operator. */
export function toHeldMandate(
  mandate: StoredMandate,
  details: MandateDetails,
  { centreName, now }: { centreName: string; now: Date },
): HeldMandate {
  return {
    centreName,
    ground: toProtoEnum('MANDATE_GROUND_', mandate.ground),
    represented: details.representative !== undefined,
    remainingScope: toScopeOut(remainingScope(mandate)),
    titles: Object.entries(details.titles).map(([code, title]) => ({
      publicService: resourceName('publicServices', code),
      title,
    })),
    term: toProtoEnum('MANDATE_TERM_', mandate.term),
    grantTime: toTimestamp(mandate.grantTime),
    expireTime: toTimestamp(mandate.expireTime),
    state: toProtoEnum('MANDATE_STATE_', stateAt(mandate, now)),
    revocations: mandate.revocations.map((one) => toHeldRevocation(one)),
    training: mandate.training,
    text: toShownText(mandate, details),
  };
}

/** Converts the exact text that was shown, with the Romanian one beside another language. */
function toShownText(
  { text: { version, language, sha256 } }: Pick<StoredMandate, 'text'>,
  { text, romanianText }: MandateDetails,
): MandateText {
  return { version, language, sha256, text, romanianText: language === 'ro' ? '' : romanianText };
}

/** @param hash returns the keyed hash of a person, which intake shares; undefined without keys */
export function toFacts(
  mandate: StoredMandate,
  details: MandateDetails,
  { hash, now }: { hash: (person: MandatePerson) => string | undefined; now: Date },
): MandateFacts {
  return {
    mandate: resourceName('mandates', mandate._id),
    centre: mandate.centre,
    personHash: hash(details.person) ?? '',
    representativeHash: details.representative ? (hash(details.representative) ?? '') : '',
    scope: toScopeOut(mandate.scope),
    application: mandate.application ?? '',
    grantTime: toTimestamp(mandate.grantTime),
    expireTime: toTimestamp(mandate.expireTime),
    ground: toProtoEnum('MANDATE_GROUND_', mandate.ground),
    reference: details.reference,
    date: details.date ?? '',
    textVersion: mandate.text.version,
    textSha256: mandate.text.sha256,
    state: toProtoEnum('MANDATE_STATE_', stateAt(mandate, now)),
    revocations: mandate.revocations.map((one) => toRevocation(one)),
    eventSequence: String(mandate.eventSeq),
    training: mandate.training,
  };
}

export const toRevocation = ({ scope, time, actor, receipt, whole }: Revocation): MandateRevocation => ({
  scope: toScopeOut(scope),
  revokeTime: toTimestamp(time),
  actor,
  receipt,
  whole,
});

/** Converts a revocation for the holder of the code, who does not learn which operator it was. */
export const toHeldRevocation = (revocation: Revocation): MandateRevocation =>
  toRevocation({ ...revocation, actor: revocation.actor === 'applicant' ? 'applicant' : 'centre' });

const toScopeOut = ({ publicServices, themes }: MandateScope): ScopeOut => ({
  publicServices: toServiceNames(publicServices),
  themes,
});

const toPerson = ({ idnp = '', givenName, familyName, foreignDocument }: MandatePerson): PersonOut => ({
  idnp,
  givenName,
  familyName,
  foreignDocument: foreignDocument ?? null,
});

/** Converts what is known of a one-time code, without the code and the address. */
export const toSupportingCode = ({
  sendTime,
  expireTime,
  confirmTime,
  wrongTries,
  channel = 'print',
  delivery,
  sentBy = '',
  confirmedBy = '',
}: SupportingCode): MandateSupportingCode => ({
  channel: toProtoEnum('MANDATE_CODE_CHANNEL_', channel),
  delivery: toProtoEnum('MANDATE_CODE_DELIVERY_', delivery),
  sendTime: toTimestamp(sendTime),
  expireTime: toTimestamp(expireTime),
  confirmTime: toTimestamp(confirmTime),
  wrongTries,
  issuedBy: sentBy,
  confirmedBy,
});
