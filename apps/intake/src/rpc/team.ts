import { noteViolations } from '@cups/application';
import type { TellingMeans } from '@cups/application';
import { parseName } from '@cups/contracts';
import { enumValue } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import * as team from '../domain/acts/team.ts';
import type { Telling } from '../domain/acts/team.ts';
import { assertNone, wrongField } from '../domain/refusals.ts';
import type { IntakeRpcs, Parts } from './parts.ts';
import { change } from './change.ts';

/** The calls by which colleagues of a desk work together on an application; none of them moves it. */
export function teamRpcs(
  parts: Parts,
): Pick<IntakeRpcs, 'AddNote' | 'AssignApplication' | 'MarkDeskNotesSeen' | 'RecordTelling'> {
  return {
    async AddNote(request, context) {
      const text = request.text.trim();
      assertNone(noteViolations({ text }));
      return change(parts, request, context, { decide: (app, actor) => team.addNote(app, actor, text) });
    },

    async AssignApplication(request, context) {
      const operator = request.operator || sessionOf(context).operator;
      parseName('operators', operator);
      return change(parts, request, context, { decide: (app, actor) => team.assign(app, actor, operator) });
    },

    async MarkDeskNotesSeen(request, context) {
      return change(parts, request, context, { decide: team.markSeen });
    },

    async RecordTelling(request, context) {
      const how = enumValue('TELLING_MEANS_', request.how) as TellingMeans | '';
      if (how === '') throw wrongField(violation('/how', 'REQUIRED'));
      const telling: Telling = { how };
      if (request.notice) {
        parseName('notices', request.notice);
        telling.notice = request.notice;
      }
      return change(parts, request, context, { decide: (app, actor) => team.tell(app, actor, telling) });
    },
  };
}
