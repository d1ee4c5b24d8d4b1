import { LANGUAGES, sanitizeCode, validateMessage } from '@cups/application';
import type { Language } from '@cups/application';
import { parseMessageName } from '@cups/contracts';
import { toTimestamp } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import { sendMessage } from '../domain/commands/messages.ts';
import { isErased } from '../domain/data-end.ts';
import { assertNoViolations, invalidField, notFound } from '../domain/problems.ts';
import { changeApplication } from './change.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** RPC handlers of messages between desk and agency. */

/** Writes of desks. */
export function messageRpcs(deps: RpcDeps): Pick<IntakeRpcs, 'SendMessage'> {
  return {
    async SendMessage(request, context) {
      // Line breaks become spaces, because agencies get one line.
      const text = sanitizeCode(request.text, Infinity);
      assertNoViolations(validateMessage({ text }));
      const language = parseLanguage(request.language);
      return changeApplication(deps, request, context, {
        decide: (app, actor) => sendMessage(app, actor, { text, ...(language && { language }) }),
      });
    },
  };
}

/** Reads of the bridge. The agency's state of its copy is no reason to refuse: the bridge compares it. */
export function agencyMessageRpcs({
  applications,
}: Pick<RpcDeps, 'applications'>): Pick<IntakeRpcs, 'GetAgencyMessage'> {
  return {
    async GetAgencyMessage({ name, training }, context) {
      const { application, number } = parseMessageName(name);
      const app = await applications.getCached(application, { scope: 'service' });
      const message = app?.messages?.find((one) => one.number === number && one.author.startsWith('operators/'));
      if (!app || isErased(app) || !message) throw notFound();
      if ((app.training ?? false) !== training) {
        const reason = 'The training flag of the request does not match the application.';
        throw new Problem({ reason: 'TRAINING_MISMATCH', message: reason });
      }
      context.recordAccess(name);
      const { agency, text, language, sendTime } = message;
      const ended = app.state === 'withdrawn' || app.state === 'expired';
      return { agency, text, language: language ?? '', sendTime: toTimestamp(sendTime), ended };
    },
  };
}

/** @throws Problem INVALID_ARGUMENT for another language */
function parseLanguage(text: string): Language | undefined {
  if (text === '') return undefined;
  const language = LANGUAGES.find((known) => known === text);
  if (!language) throw invalidField(violation('/language', 'INVALID'));
  return language;
}
