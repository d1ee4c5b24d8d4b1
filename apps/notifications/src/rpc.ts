import { toCivilDate, formatCivilDate } from '@cups/application';
import { resourceName, parseResourceName } from '@cups/contracts';
import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { Notice as NoticeMessage } from '@cups/contracts/gen/cups/notifications/v1/Notice.ts';
import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import { Problem } from '@cups/problem';
import { centreOf, centresOf, sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import type { Notice } from './domain/notice.ts';
import { renderSlip } from './domain/slip.ts';
import { markPrinted } from './store.ts';
import type { Thread, Threads } from './store.ts';

/** Implements the RPCs. Threads of other centres are NOT_FOUND. */
export function notificationsRpcs(threads: Threads, now: () => Date): Rpcs<NotificationsServiceDefinition> {
  async function findThread(application: string, context: Context): Promise<Thread> {
    const thread = await threads.get(application, { scope: { centre: centresOf(context) } });
    if (!thread) throw notFound();
    context.recordAccess(resourceName('applications', application));
    return thread;
  }

  return {
    async ListNotices({ application }, context) {
      const id = parseResourceName('applications', application, '/application');
      const thread = await findThread(id, context);
      return { notices: thread.notices.map((notice) => toNoticeMessage(id, notice)) };
    },

    async ExportNotices({ application }, context) {
      const id = parseResourceName('applications', application, '/application');
      const thread = await threads.get(id, { scope: 'platform' });
      context.recordAccess(application);
      const notices = (thread?.notices ?? []).map((notice) => ({
        notice: toNoticeMessage(id, notice),
        emailAddress: notice.emailAddress ?? '',
      }));
      return { notices };
    },

    async GetSlip({ name }, context) {
      const id = parseResourceName('notices', name);
      const application = id.slice(0, id.lastIndexOf('-'));
      const thread = await findThread(application, context);
      const notice = thread.notices.find((candidate) => candidate.id === id);
      const { language, subject, text, trackingNumber = '' } = notice ?? {};
      // A notice without a text has no slip yet.
      if (!notice || !language || !subject || !text) throw notFound();
      // Reading the page counts as printing it.
      if (notice.state === 'printable') {
        const { requestId, traceparent } = context;
        const printer = { operator: sessionOf(context).operator, centre: centreOf(context) };
        const cause = { requestId, traceparent };
        await markPrinted(threads, application, id, { centres: centresOf(context), now: now(), printer, cause });
      }
      return { html: renderSlip({ language, subject, text, trackingNumber, date: formatDay(notice.createTime) }) };
    },
  };
}

/** Converts a notice. Uncomposed and unprinted notices are pending, like unsent ones. */
function toNoticeMessage(application: string, notice: Notice): NoticeMessage {
  const state = notice.state === 'compose' || notice.state === 'printable' ? 'pending' : notice.state;
  return {
    name: resourceName('notices', notice.id),
    application: resourceName('applications', application),
    kind: notice.kind,
    channel: toProtoEnum('CHANNEL_', notice.channel),
    language: notice.language ?? '',
    subject: notice.subject ?? '',
    text: notice.text ?? '',
    state: toProtoEnum('NOTICE_STATE_', state),
    createTime: toTimestamp(notice.createTime),
    sendTime: toTimestamp(notice.sendTime),
    failCause: notice.state === 'failed' ? (notice.failCause ?? '') : '',
    training: notice.training ?? false,
    notifyTime: toTimestamp(notice.notifyTime),
    notifyMethod: notice.notifyMethod ?? '',
  };
}

/** Returns the day in Moldova, dd.MM.yyyy. */
function formatDay(time: Date): string {
  return formatCivilDate(toCivilDate(time));
}

function notFound(): Problem {
  return new Problem({ reason: 'NOT_FOUND', message: 'Notice not found.' });
}
