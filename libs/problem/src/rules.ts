/** The closed vocabulary of field violations. */

/** Types of rule parameters: a bound; a code or a pointer to another field; a list of codes. */
interface ParamTypes {
  number: number;
  word: string;
  words: readonly string[];
}

interface RuleRow {
  /** What is wrong: one English sentence for developers. `{name}` is replaced by a parameter. */
  readonly meaning: string;
  readonly params: Readonly<Record<string, keyof ParamTypes>>;
}

/**
 * Every rule that a field can break, with the parameters of its message.
 * Parameters are bounds, codes and names that the platform defines. They never contain the rejected value.
 */
export const RULES = {
  /** Replaces a rule of a newer release that the reader does not support. */
  INVALID: { meaning: 'Is invalid.', params: {} },

  REQUIRED: { meaning: 'Is missing.', params: {} },
  REQUIRED_WITH: { meaning: 'Is required when {other} is present.', params: { other: 'word' } },
  NOT_ALLOWED: { meaning: 'Is not allowed here.', params: {} },
  UNKNOWN_FIELD: { meaning: 'Is not a known field, or contains an unknown member.', params: {} },
  EXACTLY_ONE: { meaning: 'Exactly one of {names} must be present.', params: { names: 'words' } },
  CONTRADICTION: { meaning: 'Contradicts {other}.', params: { other: 'word' } },

  TYPE: { meaning: 'Must be of type {types}.', params: { types: 'words' } },
  ONE_OF: { meaning: 'Must be one of {choices}.', params: { choices: 'words' } },
  NO_MATCHING_ALTERNATIVE: { meaning: 'Must match exactly one of the alternatives.', params: {} },
  UNKNOWN_VALUE: { meaning: 'Is not a known value.', params: {} },
  REFERENCE: { meaning: 'Must name a document of this application and of the same kind.', params: {} },
  FORBIDDEN_VALUE: { meaning: 'Must not have this value.', params: {} },
  OPEN_PLACEHOLDER: { meaning: 'Must not contain words in square brackets or braces, as templates have.', params: {} },

  MIN_LENGTH: { meaning: 'Must have at least {min} characters.', params: { min: 'number' } },
  MAX_LENGTH: { meaning: 'Must have at most {max} characters.', params: { max: 'number' } },
  MIN_ITEMS: { meaning: 'Must have at least {min} items.', params: { min: 'number' } },
  MAX_ITEMS: { meaning: 'Must have at most {max} items.', params: { max: 'number' } },
  UNIQUE_ITEMS: { meaning: 'Must not contain duplicates.', params: {} },
  MIN_PROPERTIES: { meaning: 'Must have at least {min} members.', params: { min: 'number' } },
  MAX_PROPERTIES: { meaning: 'Must have at most {max} members.', params: { max: 'number' } },
  MINIMUM: { meaning: 'Must be at least {min}.', params: { min: 'number' } },
  MAXIMUM: { meaning: 'Must be at most {max}.', params: { max: 'number' } },
  EXCLUSIVE_MINIMUM: { meaning: 'Must be greater than {bound}.', params: { bound: 'number' } },
  EXCLUSIVE_MAXIMUM: { meaning: 'Must be less than {bound}.', params: { bound: 'number' } },
  MULTIPLE_OF: { meaning: 'Must be a multiple of {step}.', params: { step: 'number' } },

  PATTERN: { meaning: 'Must match the required format.', params: {} },
  CONTROL_CHARACTERS: { meaning: 'Must be a single line without control characters.', params: {} },
  CODE: { meaning: 'Must be a code of lower-case letters, digits and hyphens.', params: {} },
  DATE: { meaning: 'Must be an existing date, yyyy-MM-dd.', params: {} },
  DATE_TIME: { meaning: 'Must be a date and time, RFC 3339.', params: {} },
  TIME: { meaning: 'Must be a time of day, RFC 3339.', params: {} },
  EMAIL: { meaning: 'Must be an email address.', params: {} },
  PERSON_NAME: { meaning: 'Must be a name of letters, hyphens, apostrophes and spaces.', params: {} },
  PHONE: { meaning: 'Must be a telephone number, for example +373 and eight digits.', params: {} },
  URI: { meaning: 'Must be a URI, RFC 3986.', params: {} },
  UUID: { meaning: 'Must be a UUID.', params: {} },
  ULID: { meaning: 'Must be a ULID.', params: {} },
  TRACKING_NUMBER: { meaning: 'Must be a tracking number: 14 characters, the last a valid check symbol.', params: {} },
  IDNP: { meaning: 'Must be an IDNP: 13 digits, the last a valid check digit.', params: {} },
  IDNO: { meaning: 'Must be an IDNO: 13 digits, the first 1, the last a valid check digit.', params: {} },
  IBAN: { meaning: 'Must be an IBAN without spaces.', params: {} },
  COUNTRY: { meaning: 'Must be the code of a foreign country, ISO 3166-1 alpha-2.', params: {} },
  RESOURCE_NAME: { meaning: 'Must have the form {form}.', params: { form: 'word' } },
  PAGE_TOKEN: { meaning: 'Does not match the other arguments.', params: {} },

  NOT_JSON: { meaning: 'Must be JSON in UTF-8.', params: {} },
  TRUNCATED: { meaning: 'Is truncated.', params: {} },
  DUPLICATE_MEMBER: { meaning: 'Contains the member {name} twice.', params: { name: 'word' } },
  TOO_DEEP: { meaning: 'Must have at most {max} levels of nesting.', params: { max: 'number' } },
  TOO_LARGE: { meaning: 'Must have at most {maxKiB} KiB, scanned copies excluded.', params: { maxKiB: 'number' } },
  INVALID_MEMBER_NAME: {
    meaning:
      'Contains a member whose name is empty, starts with $, contains a dot or NUL, or is reserved by the store.',
    params: {},
  },
  NOT_UNICODE: { meaning: 'Must be valid Unicode text.', params: {} },
  NUMBER_OUT_OF_RANGE: { meaning: 'Is a number outside the supported range.', params: {} },

  FOREIGN_DOCUMENT_NOT_TAKEN: {
    meaning: 'The agency does not accept a foreign document instead of an IDNP.',
    params: {},
  },
  CONTACT_MISSING: {
    meaning: 'Must contain an email address or a telephone number, or state that the person has neither.',
    params: {},
  },
  MANDATE_REQUIRED: {
    meaning: 'Acting for another person requires a power of attorney, kinship or guardianship.',
    params: {},
  },
  MANDATE_UNKNOWN: { meaning: 'Must name a mandate that the centre holds.', params: {} },
  EVIDENCE_MISSING: { meaning: 'Lacks the document {kind}.', params: { kind: 'word' } },
  EVIDENCE_NOT_VERIFIED: {
    meaning: 'The original of the document {kind} must be checked, or a copy attached.',
    params: { kind: 'word' },
  },
  OCCUR_TIME_RANGE: {
    meaning: 'Must be at most {minutes} minutes in the past and at most {seconds} seconds in the future.',
    params: { minutes: 'number', seconds: 'number' },
  },
  PAY_TIME_RANGE: { meaning: 'Must be within the last {days} days.', params: { days: 'number' } },
  TOO_MANY_CHANGES: { meaning: 'Was changed {max} times, which is the limit.', params: { max: 'number' } },
  TOO_MANY_NOTES: { meaning: 'An application has at most {max} internal notes.', params: { max: 'number' } },
  NOT_AFTER: { meaning: 'Must not be after {other}.', params: { other: 'word' } },
  NOT_BEFORE: { meaning: 'Must not be before {other}.', params: { other: 'word' } },
  PERIOD_LENGTH: { meaning: 'The period must have at most {days} days.', params: { days: 'number' } },
  SEARCH_TEXT: {
    meaning:
      'Must be at least {symbols} characters of a tracking number, all 13 digits of an IDNP, a complete telephone number, or at least {letters} letters of a name.',
    params: { letters: 'number', symbols: 'number' },
  },
} as const satisfies Record<string, RuleRow>;

/** A key of {@link RULES}. */
export type Rule = keyof typeof RULES;

/** The parameters of a rule, by name. */
export type ParamsOf<R extends Rule> = {
  [Name in keyof (typeof RULES)[R]['params']]: (typeof RULES)[R]['params'][Name] extends infer Kind extends
    keyof ParamTypes
    ? ParamTypes[Kind]
    : never;
};

/** A rule without parameters. */
export type PlainRule = { [R in Rule]: keyof ParamsOf<R> extends never ? R : never }[Rule];

/** Returns whether `value` is a listed rule. */
export function isRule(value: string): value is Rule {
  return Object.hasOwn(RULES, value);
}
