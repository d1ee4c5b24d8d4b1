import { CONTENT_SCHEMA } from '@cups/application';
import type { Content } from '@cups/application';
import type { Text } from '../../language/messages.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { normalizeEmail, normalizePhone } from '../inputs/contact.ts';

export const CONTACT_MEANS = ['email', 'phone', 'none'] as const;
type Contact = NonNullable<Content['contact']>;
export type ContactName = Exclude<keyof Contact, 'none'>;

interface ContactField {
  label: Text;
  type?: 'email' | 'tel';
  narrow?: boolean;
  /** Means of notification that ask for it; optional, except for the means of the same name. */
  askedFor: readonly (typeof CONTACT_MEANS)[number][];
  normalize: (text: string) => string;
}

/** How the desk asks for each text of the contact, in this order. */
const FIELD_BY_NAME: Record<ContactName, ContactField> = {
  email: { label: FIELDS.emailAddress, type: 'email', askedFor: ['email'], normalize: normalizeEmail },
  phone: {
    label: FIELDS.phoneNumber,
    type: 'tel',
    narrow: true,
    askedFor: ['email', 'phone'],
    normalize: normalizePhone,
  },
};

const { properties } = CONTENT_SCHEMA.$defs.Contact;

export const CONTACT_FIELDS = (Object.entries(FIELD_BY_NAME) as [ContactName, ContactField][]).map(([name, field]) =>
  Object.assign({ name, pointer: `/contact/${name}`, maxLength: properties[name].maxLength }, field),
);
