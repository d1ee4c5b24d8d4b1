import { isEmailAddress } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { newUlid } from '@cups/contracts/node';
import { fromProtoEnum } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Rpcs } from '@cups/rpc';
import { MAIL_PERIOD_MS, recordDelivery, requestCodeMail } from '../domain/mandate-mail.ts';
import type { CodeDelivery } from '../domain/mandate.ts';
import { codeText, newCode } from '../mandates/codes.ts';
import type { CodeMail } from '../mandates/codes.ts';
import { toSupportingCode } from '../mandates/convert.ts';
import { toChange } from '../mandates/events.ts';
import { mandateNotFound } from '../mandates/store.ts';
import type { StoredMandate } from '../mandates/store.ts';
import { invalidArgument } from './actor.ts';
import { centreNameOf } from './mandate-holders.ts';
import { scopeOf } from './mandates.ts';
import type { MandateParts } from './mandates.ts';

type MailRpcs = Pick<
  Rpcs<IdentityServiceDefinition>,
  'MailMandateCode' | 'GetMandateCodeStatus' | 'GetMandateCodeMail' | 'RecordMandateCodeDelivery'
>;

const idOf = (name: string): string => parseResourceName('mandates', name);

/**
 * RPCs of the one-time code by email. Identity commits an event without personal data; notifications then reads code and
 * address once, sends the email and reports.
 */
export function mandateMailRpcs(parts: MandateParts): MailRpcs {
  const { mandates, persons, accessLog, codeMails, now } = parts;
  return {
    async MailMandateCode({ name, email }, context) {
      if (!isEmailAddress(email)) throw invalidArgument('The address is invalid.', violation('/email', 'EMAIL'));
      const [id, time, code] = [idOf(name), now(), newCode()];
      const mail: CodeMail = { email, code };
      const hash = persons.hash(codeText(id, code));
      const sentBy = sessionOf(context).operator;
      const request = { id: newUlid(time), hash, mail: JSON.stringify(mail), address: email, sentBy };
      const cause = { requestId: context.requestId, traceparent: context.traceparent };
      const { document } = await mandates.update(
        id,
        { scope: scopeOf(context), cause, now: time },
        {
          async read(mandate) {
            const personTimes = await readMailTimes(mandate, time, parts);
            // Only what would be sent counts.
            requestCodeMail(mandate, request, { personTimes, now: time });
            const address = persons.hash(`email/${email.toLowerCase()}`);
            await codeMails.take({ address, operator: sentBy, centre: mandate.centre }, time);
            return personTimes;
          },
          decide: (mandate, personTimes) => toChange(requestCodeMail(mandate, request, { personTimes, now: time })),
        },
      );
      context.recordAccess(name);
      return { supportingCode: toSupportingCode(document.supportingCode!) };
    },

    async GetMandateCodeStatus({ name }, context) {
      const found = await mandates.get(idOf(name), { scope: scopeOf(context) });
      if (!found) throw mandateNotFound();
      return { supportingCode: found.supportingCode ? toSupportingCode(found.supportingCode) : null };
    },

    async GetMandateCodeMail({ name, codeId }, context) {
      const found = await mandates.get(idOf(name), { scope: 'service' });
      const { id, mail, expireTime } = found?.supportingCode ?? {};
      // A newer code has replaced it, or it was sent before, or is of no use any longer.
      if (!found || id !== codeId || mail === undefined || now() >= expireTime!) throw mandateNotFound();
      await accessLog.write([name], 'read-details', context);
      const { email, code } = JSON.parse(mail) as CodeMail;
      return { email, code, language: found.text.language, centreName: centreNameOf(found, parts) };
    },

    async RecordMandateCodeDelivery({ name, codeId, delivery: value }, context) {
      const delivery = fromProtoEnum('MANDATE_CODE_DELIVERY_', value) as CodeDelivery | '';
      if (delivery === '' || delivery === 'pending')
        throw invalidArgument('The report is invalid.', violation('/delivery', 'REQUIRED'));
      const options = { scope: 'service' as const, cause: { requestId: context.requestId }, now: now() };
      await mandates.update(idOf(name), options, (mandate) => toChange(recordDelivery(mandate, codeId, delivery)));
      return {};
    },
  };
}

/** Returns when codes were sent to the person of a mandate in the last hour, over all mandates at all centres. */
async function readMailTimes({ person }: StoredMandate, now: Date, { mandates }: MandateParts): Promise<Date[]> {
  const since = new Date(now.getTime() - MAIL_PERIOD_MS);
  const found = await mandates.find(
    { 'person.hash': { $in: person.hash }, mailTimes: { $gt: since } },
    { scope: 'service', projection: { mailTimes: 1 } },
  );
  return found.flatMap(({ mailTimes = [] }) => mailTimes);
}
