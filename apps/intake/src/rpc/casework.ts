import { validateNote } from '@cups/application';
import type { NotificationMethod } from '@cups/application';
import { parseResourceName } from '@cups/contracts';
import { fromProtoEnum } from '@cups/contracts/proto';
import { violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import * as casework from '../domain/commands/casework.ts';
import type { PersonNotificationInput } from '../domain/commands/casework.ts';
import { assertNoViolations, invalidField } from '../domain/problems.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { changeApplication } from './change.ts';

/** RPC handlers of casework. None of them changes the state. */
export function caseworkRpcs(
  deps: RpcDeps,
): Pick<IntakeRpcs, 'AddNote' | 'AssignApplication' | 'MarkDeskAlertsSeen' | 'RecordPersonNotification'> {
  return {
    async AddNote(request, context) {
      const text = request.text.trim();
      assertNoViolations(validateNote({ text }));
      return changeApplication(deps, request, context, { decide: (app, actor) => casework.addNote(app, actor, text) });
    },

    async AssignApplication(request, context) {
      const operator = request.operator || sessionOf(context).operator;
      parseResourceName('operators', operator);
      return changeApplication(deps, request, context, {
        decide: (app, actor) => casework.assignApplication(app, actor, operator),
      });
    },

    async MarkDeskAlertsSeen(request, context) {
      return changeApplication(deps, request, context, { decide: casework.markSeen });
    },

    async RecordPersonNotification(request, context) {
      const method = fromProtoEnum('NOTIFICATION_METHOD_', request.method) as NotificationMethod | '';
      if (method === '') throw invalidField(violation('/method', 'REQUIRED'));
      const notification: PersonNotificationInput = { method };
      if (request.notice) {
        parseResourceName('notices', request.notice);
        notification.notice = request.notice;
      }
      return changeApplication(deps, request, context, {
        decide: (app, actor) => casework.recordPersonNotification(app, actor, notification),
      });
    },
  };
}
