/** First words that end like a participle, a gerund or a third person, and are imperatives. */
const IMPERATIVE_EXCEPTIONS = /^(?:Embed|Shed|\w*eed|Bring|Ring|String|Focus|\w+ss)$/;
/** "Added", "Adding", "Adds", and first words that are not verbs. */
const NOT_IMPERATIVE = /^(?:\w+ed|\w+ing|\w+s|A|An|The|It|There|We|Who|Whoever|What|Whatever|How|Why|No|Not)$/;

function isImperative(subject) {
  const [first] = subject.split(/[^\w]/);
  return /^[A-Z]/.test(first) && (IMPERATIVE_EXCEPTIONS.test(first) || !NOT_IMPERATIVE.test(first));
}

/** The rules of CONTRIBUTING.md for commits. `tools/check/commits.ts` checks every commit after the one that added this file. */
export default {
  // The whole header is the subject: commits have no type and no scope.
  parserPreset: { parserOpts: { headerPattern: /^(.*)$/, headerCorrespondence: ['subject'] } },
  plugins: [
    {
      rules: {
        'subject-imperative': ({ subject }) => [
          isImperative(subject ?? ''),
          'subject must start with a capitalised imperative: "Reject", not "Rejects", "Rejected" or "Rejecting"',
        ],
      },
    },
  ],
  rules: {
    'subject-empty': [2, 'never'],
    'subject-imperative': [2, 'always'],
    'subject-full-stop': [2, 'never', '.'],
    'header-max-length': [2, 'always', 72],
    'body-empty': [2, 'never'],
    'body-leading-blank': [2, 'always'],
    // Lines with a URL are exempt.
    'body-max-line-length': [2, 'always', 72],
    'footer-max-line-length': [2, 'always', 72],
  },
};
