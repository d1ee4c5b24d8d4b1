import { validateNote } from '@cups/application';
import type { NotificationMethod } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import { fromProtoEnum } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import * as team from '../domain/commands/casework.ts';
import type { PersonNotificationInput } from '../domain/commands/casework.ts';
import { assertNoViolations, invalidField } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { changeApplication } from './change.ts';

/** The calls by which colleagues of a desk work together on an application; none of them moves it. */
export function caseworkRpcs(
  parts: RpcDeps,
): Pick<IntakeRpcs, 'AddNote' | 'AssignApplication' | 'MarkDeskNotesSeen' | 'RecordTelling'> {
  return {
    async AddNote(request, context) {
      const text = request.text.trim();
      assertNoViolations(validateNote({ text }));
      return changeApplication(parts, request, context, { decide: (app, actor) => team.addNote(app, actor, text) });
    },

    async AssignApplication(request, context) {
      const operator = request.operator || sessionOf(context).operator;
      parseResourceName('operators', operator);
      return changeApplication(parts, request, context, {
        decide: (app, actor) => team.assignApplication(app, actor, operator),
      });
    },

    async MarkDeskNotesSeen(request, context) {
      return changeApplication(parts, request, context, { decide: team.markSeen });
    },

    async RecordTelling(request, context) {
      const method = fromProtoEnum('TELLING_MEANS_', request.how) as NotificationMethod | '';
      if (method === '') throw invalidField(violation('/how', 'REQUIRED'));
      const notification: PersonNotificationInput = { how: method };
      if (request.notice) {
        parseResourceName('notices', request.notice);
        notification.notice = request.notice;
      }
      return changeApplication(parts, request, context, {
        decide: (app, actor) => team.recordPersonNotification(app, actor, notification),
      });
    },
  };
}
