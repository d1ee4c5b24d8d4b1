import type { Application, Session } from '../api/types.ts';
import type { DraftForm } from './draft-form.tsx';

/** Returns the draft as an application for printouts, also before the platform has it. */
export function toApplication({ draft, service, content }: DraftForm, session: Session): Application {
  const now = new Date().toISOString();
  const base: Application = {
    name: `applications/${draft.id}`,
    id: draft.id,
    centre: session.centre ?? '',
    publicService: service?.name ?? '',
    agency: service?.version?.provider ?? '',
    state: 'draft',
    etag: '',
    createTime: now,
    updateTime: now,
    training: session.training,
    allowedActions: [],
  };
  const version = { serviceVersion: service?.version?.version, serviceTitle: service?.version?.title };
  return Object.assign(base, version, draft.known, content);
}
