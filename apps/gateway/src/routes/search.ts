import * as convert from '../convert.ts';
import type { Handler } from '../http/handler.ts';
import type { ServiceClients } from '../clients.ts';

/** Search for applications and people. Search terms are sent in a body only, so that no URL contains them. */
export function searchRoutes({ intake }: ServiceClients): Record<string, Handler> {
  return {
    async searchApplications({ body, context }) {
      type Body = { query?: string; trackingNumber?: string; idnp?: string };
      const { applications, kind, more, people } = await intake.searchApplications(body as Body, context);
      const rows = applications.map(convert.applicationRowJson);
      const foundPeople = people.length > 0 ? people.map(convert.foundPersonJson) : undefined;
      return { body: { applications: rows, kind: convert.searchKind(kind) || undefined, more, people: foundPeople } };
    },
    async lookUpPerson({ body, context }) {
      const found = await intake.lookUpPerson(body as { idnp: string }, context);
      return {
        body: {
          applications: found.applications.map(convert.applicationRowJson),
          person: convert.personJson(found.person),
          contact: convert.contactJson(found.contact),
          personTime: convert.instantJson(found.personTime),
        },
      };
    },
  };
}
