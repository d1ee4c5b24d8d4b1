/** What a field may break: the closed vocabulary of violations, beside that of reasons. */

/** What a parameter of a rule is: a bound, a word of ours or a pointer to another field, or several words. */
interface ParamTypes {
  number: number;
  word: string;
  words: readonly string[];
}

interface RuleRow {
  /** What is wrong, as one English sentence for developers; `{name}` stands for a parameter. */
  readonly meaning: string;
  readonly params: Readonly<Record<string, keyof ParamTypes>>;
}

/**
 * Every rule that a field may break, with the parameters that its text needs. One word for one thing. Parameters are bounds,
 * codes and names of ours; what was sent never stands in them.
 */
export const RULES = {
  /** Of a release that is newer than the reader's. */
  INVALID: { meaning: 'Is wrong.', params: {} },

  REQUIRED: { meaning: 'Is missing.', params: {} },
  NEEDED_WITH: { meaning: 'Is missing, and is needed where {other} is given.', params: { other: 'word' } },
  NOT_HERE: { meaning: 'Must be left out here.', params: {} },
  UNKNOWN_FIELD: { meaning: 'Is not known here, or holds a member that is not.', params: {} },
  EXACTLY_ONE: { meaning: 'Exactly one of {names} must be given.', params: { names: 'words' } },
  CONTRADICTION: { meaning: 'Says the opposite of {other}.', params: { other: 'word' } },

  TYPE: { meaning: 'Must be of type {types}.', params: { types: 'words' } },
  ONE_OF: { meaning: 'Must be one of {choices}.', params: { choices: 'words' } },
  NO_ALTERNATIVE: { meaning: 'Fits none of the alternatives, or more than one.', params: {} },
  UNKNOWN_VALUE: { meaning: 'Is no value that is known here.', params: {} },
  EXCLUDED: { meaning: 'Must not be what it is.', params: {} },

  MIN_LENGTH: { meaning: 'Must have at least {least} characters.', params: { least: 'number' } },
  MAX_LENGTH: { meaning: 'Must have at most {most} characters.', params: { most: 'number' } },
  MIN_ITEMS: { meaning: 'Must have at least {least} items.', params: { least: 'number' } },
  MAX_ITEMS: { meaning: 'Must have at most {most} items.', params: { most: 'number' } },
  UNIQUE_ITEMS: { meaning: 'Must not name one thing twice.', params: {} },
  MIN_MEMBERS: { meaning: 'Must have at least {least} members.', params: { least: 'number' } },
  MAX_MEMBERS: { meaning: 'Must have at most {most} members.', params: { most: 'number' } },
  MINIMUM: { meaning: 'Must be at least {least}.', params: { least: 'number' } },
  MAXIMUM: { meaning: 'Must be at most {most}.', params: { most: 'number' } },
  ABOVE: { meaning: 'Must be more than {bound}.', params: { bound: 'number' } },
  BELOW: { meaning: 'Must be less than {bound}.', params: { bound: 'number' } },
  MULTIPLE_OF: { meaning: 'Must be a multiple of {step}.', params: { step: 'number' } },

  PATTERN: { meaning: 'Must be written in the form that is wanted.', params: {} },
  CONTROL_CHARACTERS: { meaning: 'Must be one line without control characters.', params: {} },
  CODE: { meaning: 'Is no code: lower-case letters, digits and hyphens.', params: {} },
  DATE: { meaning: 'Must be a day that exists, yyyy-MM-dd.', params: {} },
  DATE_TIME: { meaning: 'Must be an instant, RFC 3339.', params: {} },
  TIME: { meaning: 'Must be a time of day, RFC 3339.', params: {} },
  EMAIL: { meaning: 'Must be an e-mail address.', params: {} },
  PERSON_NAME: { meaning: 'Must be a name: letters, hyphens, apostrophes and spaces.', params: {} },
  PHONE: { meaning: 'Must be a telephone number, such as +373 and eight digits.', params: {} },
  URI: { meaning: 'Must be an address, RFC 3986.', params: {} },
  UUID: { meaning: 'Must be a UUID.', params: {} },
  ULID: { meaning: 'Must be a ULID.', params: {} },
  IDNP: { meaning: 'Must be an IDNP: 13 digits, the last of which is a check digit.', params: {} },
  IDNO: { meaning: 'Must be an IDNO: 13 digits, the first 1, the last a check digit.', params: {} },
  IBAN: { meaning: 'Must be an IBAN without spaces.', params: {} },
  COUNTRY: { meaning: 'Must be the code of another state, ISO 3166-1 alpha-2.', params: {} },
  RESOURCE_NAME: { meaning: 'Must be of the form {form}.', params: { form: 'word' } },
  PAGE_TOKEN: { meaning: 'Does not belong to these arguments.', params: {} },

  NOT_JSON: { meaning: 'Is no JSON in UTF-8.', params: {} },
  NOT_WHOLE: { meaning: 'Did not arrive whole.', params: {} },
  REPEATED_NAME: { meaning: 'Names the member {name} twice.', params: { name: 'word' } },
  TOO_DEEP: { meaning: 'Nests deeper than {most} levels.', params: { most: 'number' } },
  TOO_LARGE: { meaning: 'Is over {mostKiB} KiB without scanned copies.', params: { mostKiB: 'number' } },
  UNFIT_NAME: {
    meaning: 'Has a member whose name is empty, begins with $, holds a dot or NUL, or is a word of the store.',
    params: {},
  },
  NOT_UNICODE: { meaning: 'Is no text in Unicode.', params: {} },
  NUMBER_SIZE: { meaning: 'Is a number of a size that cannot be kept.', params: {} },

  FOREIGN_DOCUMENT_NOT_TAKEN: {
    meaning: 'The agency takes no document of another state in the place of an IDNP.',
    params: {},
  },
  CONTACT_MISSING: {
    meaning: 'Needs an e-mail address or a telephone number, or that the person has neither.',
    params: {},
  },
  POWER_NEEDED: { meaning: 'Acting for another person needs a power, kinship or guardianship.', params: {} },
  EVIDENCE_MISSING: { meaning: 'Lacks the paper {kind}.', params: { kind: 'word' } },
  EVIDENCE_UNSEEN: {
    meaning: 'The original of the paper {kind} must be seen, or a copy attached.',
    params: { kind: 'word' },
  },
  OCCUR_TIME_RANGE: {
    meaning: 'Must be at most {minutes} minutes ago, and at most {seconds} seconds ahead.',
    params: { minutes: 'number', seconds: 'number' },
  },
  PAY_TIME_RANGE: { meaning: 'Must lie within the last {days} days.', params: { days: 'number' } },
  NOTES_FULL: { meaning: 'An application has at most {most} notes of colleagues.', params: { most: 'number' } },
  NOT_AFTER: { meaning: 'Must not be after {other}.', params: { other: 'word' } },
  NOT_BEFORE: { meaning: 'Must not be before {other}.', params: { other: 'word' } },
  PERIOD_LENGTH: { meaning: 'Ends a period of more than {days} days.', params: { days: 'number' } },
  PERIOD_TOO_FULL: {
    meaning: 'Ends a period in which more than {most} applications were filed.',
    params: { most: 'number' },
  },
  SEARCH_TEXT: {
    meaning:
      'Must be {symbols} symbols of a tracking number or more, all 13 digits of an IDNP, a whole telephone number, or at least {letters} letters of a name.',
    params: { letters: 'number', symbols: 'number' },
  },
} as const satisfies Record<string, RuleRow>;

/** A listed rule; any other word does not compile. */
export type Rule = keyof typeof RULES;

/** The parameters of a rule by name. */
export type ParamsOf<R extends Rule> = {
  [Name in keyof (typeof RULES)[R]['params']]: (typeof RULES)[R]['params'][Name] extends infer Kind extends
    keyof ParamTypes
    ? ParamTypes[Kind]
    : never;
};

/** A rule without parameters. */
export type PlainRule = { [R in Rule]: keyof ParamsOf<R> extends never ? R : never }[Rule];

/** Whether `word` is a listed rule. */
export function isRule(value: string): value is Rule {
  return Object.hasOwn(RULES, value);
}
