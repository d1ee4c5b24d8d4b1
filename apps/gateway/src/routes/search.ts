import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { Neighbours } from '../neighbours.ts';

/** Finding applications and people, asked of intake; whatever is looked for stands in a body. */
export function searchRoutes({ intake }: Neighbours): Record<string, Handler> {
  return {
    async searchApplications({ body, context }) {
      type Body = { query?: string; trackingNumber?: string; idnp?: string };
      const { applications, kind, more, people } = await intake.searchApplications(body as Body, context);
      const rows = applications.map(convert.applicationRowJson);
      const told = people.length > 0 ? people.map(convert.foundPersonJson) : undefined;
      return { body: { applications: rows, kind: convert.searchKind(kind) || undefined, more, people: told } };
    },
    async lookUpPerson({ body, context }) {
      const known = await intake.lookUpPerson(body as { idnp: string }, context);
      return {
        body: {
          applications: known.applications.map(convert.applicationRowJson),
          person: convert.personJson(known.person),
          contact: convert.contactJson(known.contact),
          personTime: convert.instantJson(known.personTime),
        },
      };
    },
  };
}
