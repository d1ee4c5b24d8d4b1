import { fromProtoEnum, fromTimestamp } from '@cups/contracts/proto';
import type { Mandate__Output } from '@cups/contracts/gen/cups/identity/v1/Mandate.ts';
import type { MandatePerson__Output } from '@cups/contracts/gen/cups/identity/v1/MandatePerson.ts';
import type { MandateRevocation__Output } from '@cups/contracts/gen/cups/identity/v1/MandateRevocation.ts';
import type { MandateScope__Output } from '@cups/contracts/gen/cups/identity/v1/MandateScope.ts';
import type { MandateText__Output } from '@cups/contracts/gen/cups/identity/v1/MandateText.ts';
import type { MandateSupportingCode__Output } from '@cups/contracts/gen/cups/identity/v1/MandateSupportingCode.ts';
import type { HeldMandate__Output } from '@cups/contracts/gen/cups/identity/v1/HeldMandate.ts';
import type { Timestamp__Output } from '@cups/contracts/gen/google/protobuf/Timestamp.ts';
import { deskTimeJson, idOf } from './convert.ts';

/** Converts mandates to JSON, as openapi.yaml describes it. */

const instant = (time: Timestamp__Output | null) => fromTimestamp(time)?.toISOString();
const text = (value: string) => value || undefined;

/** Returns a mandate for its centre. A row of a list lacks the text. Only a response that issues the code has it. */
export function mandateJson(mandate: Mandate__Output) {
  const { name, centre, application, grantedBy, ground, text: shown, supportingCode, training } = mandate;
  return {
    name,
    id: idOf(name),
    centre,
    person: personJson(mandate.person),
    representative: personJson(mandate.representative),
    scope: scopeJson(mandate.scope),
    remainingScope: scopeJson(mandate.remainingScope),
    term: fromProtoEnum('MANDATE_TERM_', mandate.term),
    application: text(application),
    grantTime: instant(mandate.grantTime),
    expireTime: instant(mandate.expireTime),
    deskTime: deskTimeJson(mandate.deskTime),
    grantedBy,
    ground: ground && {
      kind: fromProtoEnum('MANDATE_GROUND_', ground.kind),
      reference: text(ground.reference),
      date: text(ground.date),
      notary: text(ground.notary),
      mpowerType: text(ground.mpowerType),
      mpowerState: text(ground.mpowerState),
      mpowerCheckTime: instant(ground.mpowerCheckTime),
    },
    text: textJson(shown),
    printTime: instant(mandate.printTime),
    supportingCode: supportingCode ? supportingCodeJson(supportingCode) : undefined,
    state: fromProtoEnum('MANDATE_STATE_', mandate.state),
    revocations: mandate.revocations.map(revocationJson),
    code: text(mandate.code),
    training,
  };
}

/** Returns what is known of a one-time code, without its digits. */
export function supportingCodeJson(code: MandateSupportingCode__Output) {
  return {
    channel: fromProtoEnum('MANDATE_CODE_CHANNEL_', code.channel) || 'print',
    sendTime: instant(code.sendTime),
    expireTime: instant(code.expireTime),
    confirmTime: instant(code.confirmTime),
    wrongTries: code.wrongTries,
    delivery: text(fromProtoEnum('MANDATE_CODE_DELIVERY_', code.delivery)),
    issuedBy: text(code.issuedBy),
    confirmedBy: text(code.confirmedBy),
    address: text(code.address),
  };
}

/** Returns a mandate for the holder of its code. */
export function trackedMandateJson(mandate: HeldMandate__Output) {
  const { represented, training, text: shown } = mandate;
  return {
    centreName: text(mandate.centreName),
    ground: fromProtoEnum('MANDATE_GROUND_', mandate.ground),
    represented,
    remainingScope: scopeJson(mandate.remainingScope),
    titles: mandate.titles.flatMap(({ publicService, title }) => (title ? [{ publicService, title }] : [])),
    term: fromProtoEnum('MANDATE_TERM_', mandate.term),
    grantTime: instant(mandate.grantTime),
    expireTime: instant(mandate.expireTime),
    state: fromProtoEnum('MANDATE_STATE_', mandate.state),
    revocations: mandate.revocations.map(revocationJson),
    text: textJson(shown),
    training,
  };
}

function textJson(shown: MandateText__Output | null) {
  if (!shown) return undefined;
  const { version, language, sha256 } = shown;
  return { version, language, sha256, text: text(shown.text), romanianText: text(shown.romanianText) };
}

export function revocationJson({ scope, revokeTime, actor, receipt, whole }: MandateRevocation__Output) {
  return { scope: scopeJson(scope), revokeTime: instant(revokeTime), actor, receipt, whole };
}

function scopeJson(scope: MandateScope__Output | null) {
  return { publicServices: scope?.publicServices ?? [], themes: scope?.themes ?? [] };
}

function personJson(person: MandatePerson__Output | null) {
  if (!person) return undefined;
  const { idnp, givenName, familyName, foreignDocument } = person;
  return { idnp: text(idnp), foreignDocument: foreignDocument ?? undefined, givenName, familyName };
}
