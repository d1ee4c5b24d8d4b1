import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import a11y from 'eslint-plugin-jsx-a11y';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import bannedPhrases from './banned-phrases.json' with { type: 'json' };
import { NAMES, PARTICIPLE } from './eslint.names.mjs';

/**
 * Module boundaries. Each module has one block with its complete list, because a later block replaces the options of the same rule
 * from an earlier one. `tools/check/boundaries.ts` checks with lint fixtures that every boundary rejects a violation.
 */

/** Allows only the listed imports and refuses all others with the reason. */
const only = (allowed, message) => [
  'error',
  { patterns: [{ regex: `^(?!${allowed.map((one) => `(?:${one})`).join('|')})`, message }] },
];
const exactly = (name) => `${name.replaceAll('/', '\\/')}$`;
const LOCAL = '\\.\\/';
/** From the folders of a library, or of a domain, to its own files: at most one step up. */
const ONE_UP = '\\.\\.\\/(?!\\.\\.)';
const NODE = 'node:';
const PROBLEM = exactly('@cups/problem');
const CONTRACTS = '@cups\\/contracts(?:$|\\/)';
const LIBS =
  '@cups\\/(?:problem|contracts|application|process|rpc|registry|store|data-keys|events|backend|agency-contract)(?:$|\\/)';

const META = {
  selector: 'MetaProperty',
  message: 'Paths of files break bundling: ask protoDir() of @cups/contracts/proto.',
};
const ENV = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only config.ts and main.ts read the environment.',
};

const SPREAD = {
  selector: 'SpreadElement > ObjectExpression',
  message: 'Write the fields where they belong: spreading a literal saves a line and costs a reader.',
};

/** Limits for readable sources. Test files may be as long as their tables. */
const SOURCES = [
  'libs/*/src/**',
  'apps/*/src/**',
  'tools/*.ts',
  'tools/*/**',
  'bench/**',
  'chaos/**',
  'fleet/**',
  'local/**',
  'k8s/lab/**',
];
const limits = {
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-depth': ['error', { max: 4 }],
};

const moduleRules = [
  [['libs/problem/src/**'], only([LOCAL], 'libs/problem imports nothing.')],
  [
    ['libs/contracts/src/**'],
    only(
      ['\\.\\/(?!node\\/|proto)', PROBLEM, '\\.\\.\\/gen\\/'],
      'This part of contracts runs in a browser: problem and its own files only.',
    ),
  ],
  [
    ['libs/contracts/src/node/**'],
    only(
      [LOCAL, '\\.\\.\\/[a-z]+\\.ts$', PROBLEM, NODE],
      'This part of contracts imports problem, its own files and node: parts.',
    ),
  ],
  [
    ['libs/contracts/src/proto.ts'],
    only(
      [LOCAL, PROBLEM, '\\.\\.\\/gen\\/', NODE, '@grpc\\/', exactly('protobufjs')],
      'contracts imports problem and proto-loader.',
    ),
  ],
  [
    ['libs/application/src/**'],
    only(
      [LOCAL, ONE_UP, PROBLEM, ...['@cfworker/json-schema', 'ibantools'].map(exactly)],
      'libs/application runs in a browser: problem, its own files, a check of schemas that makes no code, and ibantools.',
    ),
  ],
  [['libs/application/src/sealed-act.ts'], only(['jose\\/'], 'Sealed acts are JWEs: this module imports jose.')],
  [
    ['libs/application/src/search/**'],
    only(
      [LOCAL, '@orama\\/stemmers\\/(?:romanian|russian)$'],
      'The search for a public service imports its own files and stemmers.',
    ),
  ],
  [
    ['libs/application/src/person-copy/**'],
    only(
      [LOCAL, ONE_UP, exactly('@cantoo/pdf-lib')],
      'The copy of personal data imports its own files, the texts and a writer of PDF.',
    ),
  ],
  [
    ['libs/process/src/**'],
    only(
      [LOCAL, NODE, PROBLEM, CONTRACTS, 'prom-client(?:$|\\/)', exactly('pino')],
      'libs/process imports problem, contracts, pino and prom-client.',
    ),
  ],
  [
    ['libs/process/src/{span-source,bounded-span-processor}.ts'],
    only(
      [LOCAL, CONTRACTS, '@opentelemetry\\/(?:api|exporter-trace-otlp-http|resources|sdk-trace)$'],
      'OpenTelemetry is loaded here alone, and only by a process with a collector.',
    ),
  ],
  [
    ['libs/rpc/src/**'],
    only(
      [LOCAL, ONE_UP, NODE, PROBLEM, CONTRACTS, '@grpc\\/', 'jose(?:$|\\/)', exactly('lru-cache')],
      'libs/rpc imports problem, contracts, gRPC, jose and lru-cache.',
    ),
  ],
  [
    ['libs/rpc/src/authority.ts'],
    only(
      [LOCAL, NODE, ...['@peculiar/x509', 'reflect-metadata'].map(exactly)],
      'Certificates are made apart: no service loads what makes them.',
    ),
  ],
  [
    ['libs/registry/src/**'],
    only(
      [LOCAL, NODE, PROBLEM, CONTRACTS, 'ajv(?:$|\\/)', ...['ajv-formats', 'yaml'].map(exactly)],
      'libs/registry imports problem, contracts and what reads files of data.',
    ),
  ],
  [
    ['libs/backend/src/**'],
    only([LOCAL, NODE, LIBS], 'libs/backend introduces the libraries to each other, and has no driver of its own.'),
  ],
  [
    ['libs/store/src/**'],
    only(
      [LOCAL, ONE_UP, NODE, PROBLEM, CONTRACTS, ...['mongoose', 'lru-cache'].map(exactly)],
      'libs/store imports problem, contracts, mongoose and lru-cache.',
    ),
  ],
  [
    ['libs/data-keys/src/**'],
    only(
      [LOCAL, NODE, PROBLEM, CONTRACTS, ...['@cups/process/settings', '@cups/rpc', '@cups/store'].map(exactly)],
      'libs/data-keys imports problem, contracts, types of settings, key sets of rpc and the store.',
    ),
  ],
  [
    ['libs/events/src/**'],
    only(
      [
        LOCAL,
        ONE_UP,
        NODE,
        PROBLEM,
        CONTRACTS,
        ...['@cups/agency-contract/codecs', '@cups/kafka-driver', 'kafkajs'].map(exactly),
      ],
      'libs/events imports problem, contracts, kafkajs, its driver package, and the codecs of the agency contract.',
    ),
  ],
  [
    ['libs/kafka-driver/src/**'],
    only(
      [LOCAL, NODE, exactly('@cups/agency-contract/codecs'), 'kafkajs(?:$|\\/)'],
      'libs/kafka-driver imports kafkajs, also its internals, and the codecs of the agency contract.',
    ),
  ],
  [
    ['libs/agency-contract/src/**'],
    only(
      [LOCAL, NODE, '\\.\\.\\/', 'ajv(?:$|\\/)', exactly('ajv-formats'), exactly('snappyjs')],
      'libs/agency-contract imports nothing of ours.',
    ),
  ],
  [
    ['libs/agency-kit/src/**'],
    only(
      [
        LOCAL,
        ONE_UP,
        NODE,
        '@cups\\/agency-contract(?:$|\\/)',
        ...['@cups/kafka-driver', '@cups/local', 'kafkajs', 'ulid'].map(exactly),
      ],
      'The kit is for agencies: the agency contract, a Kafka client, the embedded broker, and nothing of the platform.',
    ),
  ],
  [
    ['apps/*/src/**'],
    only(
      [
        LOCAL,
        '\\.\\.\\/',
        NODE,
        LIBS,
        'ajv(?:$|\\/)',
        ...['ajv-formats', 'yaml', 'luxon', 'nodemailer', 'lru-cache'].map(exactly),
      ],
      'A back-end imports libraries; no kafkajs, no mongoose, no other app, no test library.',
    ),
  ],
  [
    ['apps/*/src/store.ts', 'apps/*/src/store/**'],
    only(
      [LOCAL, '\\.\\.\\/', NODE, LIBS, ...['mongoose', 'lru-cache'].map(exactly)],
      'store.ts imports libraries, mongoose and what keeps a bounded number of things in memory.',
    ),
  ],
  ...[
    ['apps/*/src/domain/**', LOCAL],
    ['apps/*/src/domain/*/*.ts', `${LOCAL}|${ONE_UP}`],
  ].map(([files, own]) => [
    [files],
    only(
      [
        own,
        PROBLEM,
        ...['@cups/contracts', '@cups/contracts/retention', 'node:crypto', 'luxon'].map(exactly),
        ...['@cups/application', '@cups/application/complaint-text', '@cups/application/escalation'].map(exactly),
      ],
      'The domain is pure: its own files, @cups/problem, @cups/contracts, @cups/application and calendars.',
    ),
  ]),
  [
    ['apps/catalog/src/domain/**'],
    only(
      [LOCAL, PROBLEM, exactly('@cups/application/search')],
      'The domain of the catalog is pure: its own files, @cups/problem and the search that desks use as well.',
    ),
  ],
  [
    ['apps/identity/src/signin/saml/**'],
    only(
      [
        LOCAL,
        '\\.\\.\\/',
        NODE,
        LIBS,
        ...[
          '@node-saml/node-saml',
          '@node-saml/node-saml/lib/xml.js',
          'xml-crypto',
          '@xmldom/xmldom/lib/dom-parser.js',
        ].map(exactly),
      ],
      'SAML is spoken here alone, with the packages of decision 0026.',
    ),
  ],
  [
    ['apps/identity/src/signin/oidc/**'],
    only(
      [LOCAL, '\\.\\.\\/', NODE, LIBS, exactly('openid-client'), exactly('jose')],
      'OpenID Connect is spoken here alone, with the packages of decision 0026.',
    ),
  ],
  [
    ['apps/identity/src/agency-tokens/**'],
    only(
      [LOCAL, '\\.\\.\\/', NODE, LIBS, exactly('jose')],
      'Assertions of agencies are verified here alone, with jose.',
    ),
  ],
  [
    ['apps/test-idp/src/**'],
    only(
      [
        LOCAL,
        '\\.\\.\\/',
        NODE,
        ...[
          '@peculiar/x509',
          'reflect-metadata',
          '@xmldom/xmldom/lib/dom-parser.js',
          'xml-crypto',
          'xml-encryption',
        ].map(exactly),
        ...['express', 'oidc-provider'].map(exactly),
      ],
      'The test identity provider stands outside, as MPass does: it knows nothing of the platform.',
    ),
  ],
  [
    ['apps/documents/src/storage/s3.ts'],
    only([LOCAL, NODE, exactly('@aws-sdk/client-s3')], 'The S3 driver is wrapped once, behind the storage port.'),
  ],
  [
    ['apps/documents/src/check/**'],
    only(
      [LOCAL, '\\.\\.\\/', NODE, LIBS],
      'Only a child process opens documents: the packages for it belong to src/check/child.',
    ),
  ],
  [
    ['apps/documents/src/check/child/**'],
    only(
      [
        LOCAL,
        ...['../frame.ts', '../limits.ts', '../../domain/refusals.ts'].map((path) =>
          exactly(path).replaceAll('.', '\\.'),
        ),
        'node:(?:stream|zlib)$',
        ...['sharp', 'file-type', '@cantoo/pdf-lib'].map(exactly),
      ],
      'The child process opens documents with three packages, and has nothing of the platform.',
    ),
  ],
  [
    ['apps/gateway/src/**'],
    only(
      [
        LOCAL,
        '\\.\\.\\/',
        NODE,
        '@cups\\/(?:problem|contracts|application|process|rpc)(?:$|\\/)',
        '@cups\\/backend(?:$|\\/settings$)',
        'ajv(?:$|\\/)',
        ...[
          'ajv-formats',
          'yaml',
          'express',
          'helmet',
          'compression',
          'express-rate-limit',
          'lru-cache',
          '@tus/server',
        ].map(exactly),
      ],
      'The gateway holds nothing: no store, no events.',
    ),
  ],
  [
    ['apps/agency-simulator/src/**'],
    only(
      [LOCAL, '\\.\\.\\/', NODE, exactly('@cups/agency-contract'), 'cups-agency(?:$|\\/)', exactly('ulid')],
      'The simulator knows the agency contract and the kit for agencies, nothing of the platform.',
    ),
  ],
  [
    ['apps/desk/src/**'],
    only(
      [
        LOCAL,
        '\\.\\.\\/',
        '@cups\\/(?:problem|application)(?:$|\\/)',
        '(?:react|react-dom|@tanstack\\/react-query|wouter)(?:$|\\/)',
        ...['openapi-fetch', 'lucide-react', 'uqr', 'idb', 'ulid', 'tus-js-client'].map(exactly),
        'pdfjs-dist\\/legacy\\/build\\/pdf(?:\\.worker)?\\.mjs$',
      ],
      'The desk runs in a browser: its own files, @cups/problem, @cups/application and the packages of decision 0019.',
    ),
  ],
  [
    ['apps/desk/src/service-worker/**'],
    only(
      [LOCAL, exactly('workbox-precaching')],
      'The service worker is a program of its own: its own files and Workbox (decision 0040).',
    ),
  ],
];

const tags = (name, allowed) => ({
  sourceTag: `name:${name}`,
  onlyDependOnLibsWithTags: allowed.map((one) => `name:${one}`),
});
const backend = [
  ...['problem', 'contracts', 'application', 'process', 'rpc', 'registry', 'store', 'data-keys', 'events', 'backend'],
  ...['agency-contract', 'testing', 'local'],
];
/** Imports that libraries with a driver may share; their tests may also use each other's library. */
const shared = ['problem', 'contracts', 'testing', 'local'];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      'mine',
      '.nx',
      '.cups',
      'dist',
      'libs/contracts/gen',
      'apps/desk/gen',
      'tools/check/lint-fixtures',
      '**/*.js',
      '**/*.mjs',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-warning-comments': ['error', { terms: bannedPhrases.map(([phrase]) => phrase), location: 'anywhere' }],
      'no-restricted-syntax': ['error', ...NAMES, PARTICIPLE],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // The Kubernetes lab belongs to no project: the commands and their tests import it by path.
          allow: ['/k8s/lab/'],
          // Their tests use the test library, which depends on them.
          ignoredCircularDependencies: [
            ['@cups/store', '@cups/testing'],
            ['@cups/events', '@cups/testing'],
            ['@cups/rpc', '@cups/testing'],
            ['@cups/process', '@cups/testing'],
            ['@cups/registry', '@cups/testing'],
            ['@cups/backend', '@cups/testing'],
            ['@cups/data-keys', '@cups/testing'],
          ],
          banTransitiveDependencies: false,
          depConstraints: [
            tags('problem', ['none']),
            tags('contracts', ['problem']),
            tags('application', ['problem', 'contracts', 'testing']),
            tags('process', shared),
            tags('rpc', [...shared, 'process']),
            tags('registry', shared),
            tags('store', shared),
            tags('data-keys', [...shared, 'process', 'rpc', 'store']),
            tags('kafka-driver', ['agency-contract']),
            tags('events', [...shared, 'store', 'agency-contract', 'kafka-driver']),
            tags('backend', backend),
            tags('agency-contract', ['none']),
            tags('testing', backend),
            ...['catalog', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal'].map((name) =>
              tags(name, backend),
            ),
            // Its tests build assertions with modules of the test identity provider.
            tags('identity', [...backend, 'test-idp']),
            tags('test-idp', ['local']),
            tags('gateway', [...shared, 'application', 'process', 'rpc', 'backend']),
            // Its tests compare replies with the contract; the rule for src allows no such import.
            tags('desk', ['problem', 'application', 'testing', 'agency-contract']),
            tags('agency-kit', ['agency-contract', 'kafka-driver', 'local', 'testing']),
            tags('agency-simulator', ['agency-contract', 'agency-kit', 'local', 'testing']),
            tags('local', ['none']),
            ...['e2e', 'bench', 'chaos', 'fleet', 'tools'].map((name) => ({
              sourceTag: `name:${name}`,
              onlyDependOnLibsWithTags: ['*'],
            })),
          ],
        },
      ],
    },
  },
  {
    files: ['apps/desk/src/**'],
    extends: [hooks.configs.flat.recommended, a11y.flatConfigs.recommended],
  },
  {
    files: ['apps/desk/src/**'],
    ignores: ['apps/desk/src/api/line.ts', 'apps/desk/src/service-worker/**'],
    rules: {
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Use fetchOverLine: a switch can cut the line.' }],
    },
  },
  {
    files: ['**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^kafkajs\\/', message: 'Only libs/kafka-driver imports internals of kafkajs (decision 0031).' },
          ],
        },
      ],
    },
  },
  {
    files: ['libs/kafka-driver/test/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  ...moduleRules.map(([files, rule]) => ({ files, rules: { 'no-restricted-imports': rule } })),
  {
    files: SOURCES,
    ignores: ['**/test/**'],
    rules: { ...limits, 'no-restricted-syntax': ['error', SPREAD, ...NAMES, PARTICIPLE] },
  },
  {
    files: ['libs/*/src/**', 'apps/*/src/**'],
    rules: { 'no-restricted-syntax': ['error', META, ENV, SPREAD, ...NAMES, PARTICIPLE] },
  },
  {
    files: ['apps/*/src/{config,main}.ts', 'apps/documents/src/checker.ts', 'libs/agency-kit/src/main.ts'],
    rules: { 'no-restricted-syntax': ['error', META, SPREAD, ...NAMES, PARTICIPLE] },
  },
  {
    files: ['libs/contracts/src/proto.ts', 'libs/testing/src/**', 'apps/documents/src/check/child-program.ts'],
    rules: { 'no-restricted-syntax': ['error', SPREAD, ...NAMES, PARTICIPLE] },
  },
  {
    files: ['libs/agency-contract/src/messages.ts'],
    rules: { 'no-restricted-syntax': ['error', META, ENV, SPREAD, ...NAMES] },
  },
  {
    files: ['tools/**', 'bench/**', 'chaos/**', 'fleet/**', 'local/**', 'k8s/lab/**', 'e2e/**', '**/test/**'],
    rules: { 'no-console': 'off' },
  },
  prettier,
);
