import type { Application, Session } from '../api/types.ts';
import type { Filling } from './filling.tsx';

/** The draft as it stands on this screen, as papers take it; also before the platform has it. */
export function asFiled({ draft, service, content }: Filling, session: Session): Application {
  const now = new Date().toISOString();
  const fresh: Application = {
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
  const of = { serviceVersion: service?.version?.version, serviceTitle: service?.version?.title };
  return Object.assign(fresh, of, draft.known, content);
}
