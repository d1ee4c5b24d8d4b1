/** Names that the code no longer uses, with the standard term. Only declarations count: stored fields and contracts keep their names. */

const TYPES = {
  AgencyWord: 'AgencyUpdate',
  Attention: 'DeliveryMonitor',
  Away: 'NetworkError',
  Cap: 'KeyCap',
  Circumstance: 'Guard',
  Deed: 'AuditInfo',
  Denials: 'AuthorizationErrors',
  Doors: 'SessionControls',
  Doubts: 'UncertainWrites',
  Face: 'PublicServer',
  Fault: 'ValidationError',
  Filling: 'DraftForm',
  Gates: 'PipelineDeps',
  Handing: 'HandOverForm',
  Happening: 'DomainEvent',
  Judge: 'ReplyEvaluator',
  Keeping: 'CollectionPolicy or LocalStore',
  Lack: 'MissingField',
  Life: 'Lifecycle',
  Look: 'AccessLogEntry',
  Lying: 'ConsumedReply',
  Move: 'Transition',
  Neighbours: 'ServiceClients',
  News: 'NoticeTrigger or CommitNotifier',
  Occasion: 'WriteContext',
  Offer: 'Suggestion',
  Office: 'PlatformPosition',
  Outside: 'PublicLayout',
  Paper: 'Document or Printout',
  Passage: 'RequestPipeline or SyncStatus',
  Patience: 'RetryPolicy',
  Place: 'a noun for the place, such as MessagePosition or QueueStage',
  Post: 'StaffPosition',
  Presence: 'SessionState',
  Pull: 'OutboxCleanup',
  Reach: 'Availability',
  Repeated: 'PeriodicTask',
  Sight: 'Visibility',
  Silence: 'AgencyBacklog',
  StaffBook: 'StaffRepository',
  Standing: 'EmploymentStatus',
  Strip: 'Banner',
  Surroundings: 'StoreContext',
  Teller: 'RefusalNotifier',
  Telling: 'PersonNotification',
  ToldSignOut: 'ProviderLogout',
  Turns: 'KeyedMutex',
  Way: 'ResultDelivery or ProviderLink',
  Welcome: 'AgencyOnboarding',
  Wish: 'RequestedChange',
  Witness: 'AuthenticatedSubject',
  Words: 'LocalizedMessage',
  Wrong: 'UsageError',
};

const VALUES = {
  circumstancesOf: 'findActiveGuards',
  countingAnswers: 'applicableAnswers',
  fieldsLeftOut: 'inapplicableFields',
  followReach: 'watchAvailability',
  happenings: 'domainEvents',
  lacksOf: 'findMissingFields',
  lookOf: 'accessLogEntry',
  mayFollow: 'canTransition',
  neighbours: 'clients',
  newsOf: 'resolveNoticeTrigger',
  onceMore: 'resend',
  openFace: 'startPublicServer',
  openKeeping: 'openLocalStore',
  openNeighbours: 'openClients',
  openTurns: 'createKeyedMutex',
  passGates: 'runRequestPipeline',
  plainWords: 'sanitizeText',
  sightOf: 'visibilityFor',
  tellAgency: 'reportToAgency',
  tellOutbox: 'notifyOutbox',
  tellRefusal: 'reportRefusal',
  useKept: 'usePersistentState',
  wasTold: 'wasReported',
  wayOfResult: 'resolveResultDelivery',
  wordsIn: 'formatMessage',
  writeLetter: 'renderNotice',
};

const TYPE = ':matches(TSInterfaceDeclaration, TSTypeAliasDeclaration, TSEnumDeclaration, ClassDeclaration)';
const VALUE = ':matches(FunctionDeclaration, VariableDeclarator)';
const PARTICIPLES =
  '[A-Z][a-z]*[a-df-z]ed|Built|Chosen|Done|Drawn|Found|Given|Gone|Heard|Held|Kept|Known|Left|Lost|Made|Meant|Met|Paid|Put|Said|Seen|Sent|Shown|Spoken|Taken|Told|Written';

/** Selectors for `no-restricted-syntax`. */
export const NAMES = [
  ...Object.entries(TYPES).map(([name, term]) => ({
    selector: `${TYPE}[id.name='${name}']`,
    message: `${name} is not a term of the glossary: use ${term}.`,
  })),
  ...Object.entries(VALUES).map(([name, term]) => ({
    selector: `${VALUE}[id.name='${name}']`,
    message: `${name} is not a term of the glossary: use ${term}.`,
  })),
  {
    selector: `${VALUE}[id.name=/^(?:MOST|LEAST|KEPT)_/]`,
    message: 'Limits start with MAX_ or MIN_.',
  },
  {
    selector: `${VALUE}[id.name=/^(?:[A-Z]+_)?(?:LOOK|ASK|TELL)_MS$/]`,
    message: 'Intervals end with _INTERVAL_MS.',
  },
];

/** The contract publishes types of this form, such as `Acknowledged`: its files are exempt. */
export const PARTICIPLE = {
  selector: `${TYPE}[id.name=/^(?:${PARTICIPLES})$/]`,
  message: 'A participle alone does not name a type: add the noun, such as StoredDelivery.',
};
