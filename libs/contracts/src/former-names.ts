/** Former names, until Kafka and the stores no longer hold them. Written by tools/generate/former-names.ts; do not edit. */

export interface FormerMessage {
  /** Former names of members and oneofs by their names now. */
  members?: Readonly<Record<string, string>>;
  /** Members that did not exist. */
  added?: readonly string[];
  /** Oneofs, whose value is the name of a member. */
  oneofs?: readonly string[];
  /** Messages and enums of members with former names of their own. */
  messages?: Readonly<Record<string, string>>;
  enums?: Readonly<Record<string, string>>;
}

/** Event types now, by their former names. */
export const EVENT_TYPES: Readonly<Record<string, string>> = {
  'cups.agencybridge.v1.DeliveryWaits': 'cups.agencybridge.v1.DeliveryDeferred',
  'cups.intake.v1.DeskNoted': 'cups.intake.v1.DeskAlertRaised',
  'cups.intake.v1.PersonTold': 'cups.intake.v1.PersonNotified',
};

/** Former names of methods, by their names now. */
export const FORMER_METHODS: Readonly<Record<string, string>> = {
  'CatalogService.GetCatalog': 'CatalogService.GetRegistry',
  'IntakeService.AddNote': 'IntakeService.AssignApplication',
  'IntakeService.AssignApplication': 'IntakeService.MarkDeskNotesSeen',
  'IntakeService.ConfirmOutcome': 'IntakeService.RenewApplication',
  'IntakeService.GetApplicationDetails': 'IntakeService.GetApplicationFile',
  'IntakeService.GetCentreStatistics': 'IntakeService.UpdateApplication',
  'IntakeService.GetSubmission': 'IntakeService.GetContact',
  'IntakeService.HandOverResult': 'IntakeService.ConfirmOutcome',
  'IntakeService.ListAccessLogEntries': 'IntakeService.ListLooks',
  'IntakeService.ListApplicationActions': 'IntakeService.TrackApplication',
  'IntakeService.MarkDeskAlertsSeen': 'IntakeService.RecordTelling',
  'IntakeService.RecordPayment': 'IntakeService.AddNote',
  'IntakeService.RecordPersonNotification': 'IntakeService.ListApplicationActions',
  'IntakeService.RenewApplication': 'IntakeService.RecordPayment',
  'IntakeService.SubmitApplication': 'IntakeService.WithdrawApplication',
  'IntakeService.SupplyDocuments': 'IntakeService.HandOverResult',
  'IntakeService.TrackApplication': 'IntakeService.GetSubmission',
  'IntakeService.UpdateApplication': 'IntakeService.SubmitApplication',
  'IntakeService.WithdrawApplication': 'IntakeService.SupplyDocuments',
};

/** Request messages with former names, by method. */
export const REQUESTS: Readonly<Record<string, string>> = {
  'IdentityService.AppointSupervisor': 'cups.identity.v1.AppointSupervisorRequest',
  'IdentityService.BeginSignIn': 'cups.identity.v1.BeginSignInRequest',
  'IdentityService.GetSession': 'cups.identity.v1.GetSessionRequest',
  'IdentityService.ImportOperators': 'cups.identity.v1.ImportOperatorsRequest',
  'IdentityService.InspectStaff': 'cups.identity.v1.InspectStaffRequest',
  'IdentityService.ReinstateOperator': 'cups.identity.v1.ReinstateOperatorRequest',
  'IdentityService.RemoveOperator': 'cups.identity.v1.RemoveOperatorRequest',
  'IdentityService.SuspendOperator': 'cups.identity.v1.SuspendOperatorRequest',
  'IdentityService.UpdateOperatorRoles': 'cups.identity.v1.UpdateOperatorRolesRequest',
  'IntakeService.AddNote': 'cups.intake.v1.AddNoteRequest',
  'IntakeService.AssignApplication': 'cups.intake.v1.AssignApplicationRequest',
  'IntakeService.ConfirmOutcome': 'cups.intake.v1.ConfirmOutcomeRequest',
  'IntakeService.CreateApplication': 'cups.intake.v1.CreateApplicationRequest',
  'IntakeService.GetCentreStatistics': 'cups.intake.v1.GetCentreStatisticsRequest',
  'IntakeService.GetSubmission': 'cups.intake.v1.GetSubmissionRequest',
  'IntakeService.HandOverResult': 'cups.intake.v1.HandOverResultRequest',
  'IntakeService.ListApplicationActions': 'cups.intake.v1.ListApplicationActionsRequest',
  'IntakeService.ListQueue': 'cups.intake.v1.ListQueueRequest',
  'IntakeService.MarkDeskAlertsSeen': 'cups.intake.v1.MarkDeskAlertsSeenRequest',
  'IntakeService.RecordAccess': 'cups.intake.v1.RecordAccessRequest',
  'IntakeService.RecordPayment': 'cups.intake.v1.RecordPaymentRequest',
  'IntakeService.RecordPersonNotification': 'cups.intake.v1.RecordPersonNotificationRequest',
  'IntakeService.RenewApplication': 'cups.intake.v1.RenewApplicationRequest',
  'IntakeService.SubmitApplication': 'cups.intake.v1.SubmitApplicationRequest',
  'IntakeService.SupplyDocuments': 'cups.intake.v1.SupplyDocumentsRequest',
  'IntakeService.TrackApplication': 'cups.intake.v1.TrackApplicationRequest',
  'IntakeService.UpdateApplication': 'cups.intake.v1.UpdateApplicationRequest',
  'IntakeService.WithdrawApplication': 'cups.intake.v1.WithdrawApplicationRequest',
  'OperationsService.DropParkedEvent': 'cups.operations.v1.DropParkedEventRequest',
  'OperationsService.RedriveDelivery': 'cups.operations.v1.RedriveDeliveryRequest',
  'OperationsService.ReleaseParkedKey': 'cups.operations.v1.ReleaseParkedKeyRequest',
  'OperationsService.ReplayDeliveries': 'cups.operations.v1.ReplayDeliveriesRequest',
  'OperationsService.UnblockOutbox': 'cups.operations.v1.UnblockOutboxRequest',
};

/** Messages with former names. */
export const FORMER_MESSAGES: Readonly<Record<string, FormerMessage>> = {
  'cups.identity.v1.AppointSupervisorRequest': {
    members: {
      actor: 'by',
      reason: 'why',
    },
  },
  'cups.identity.v1.BeginSignInRequest': {
    members: {
      forceAuthn: 'again',
    },
  },
  'cups.identity.v1.GetSessionRequest': {
    members: {
      idleExpireTime: 'idleTime',
    },
  },
  'cups.identity.v1.ImportOperatorsRequest': {
    members: {
      actor: 'by',
    },
  },
  'cups.identity.v1.InspectStaffRequest': {
    members: {
      actor: 'by',
    },
  },
  'cups.identity.v1.ReinstateOperatorRequest': {
    members: {
      reason: 'why',
    },
  },
  'cups.identity.v1.RemoveOperatorRequest': {
    members: {
      reason: 'why',
    },
  },
  'cups.identity.v1.SuspendOperatorRequest': {
    members: {
      reason: 'why',
    },
  },
  'cups.identity.v1.UpdateOperatorRolesRequest': {
    members: {
      reason: 'why',
    },
  },
  'cups.intake.v1.AddNoteRequest': {
    members: {
      text: 'operator',
    },
  },
  'cups.intake.v1.ApplicationContent': {
    messages: {
      mandate: 'cups.intake.v1.Mandate',
      evidence: 'cups.intake.v1.Evidence',
      delivery: 'cups.intake.v1.DeliveryChoice',
    },
  },
  'cups.intake.v1.AssignApplicationRequest': {
    members: {
      operator: 'occurTime',
    },
    added: ['occurTime'],
  },
  'cups.intake.v1.ConfirmOutcomeRequest': {
    members: {
      outcome: 'occurTime',
    },
    added: ['occurTime'],
    messages: {
      outcome: 'cups.intake.v1.Outcome',
    },
  },
  'cups.intake.v1.CreateApplicationRequest': {
    added: ['trackingNumber'],
    messages: {
      content: 'cups.intake.v1.ApplicationContent',
    },
  },
  'cups.intake.v1.DeliveryChoice': {
    enums: {
      kind: 'cups.intake.v1.DeliveryChoiceKind',
    },
  },
  'cups.intake.v1.Evidence': {
    added: ['copySha256'],
  },
  'cups.intake.v1.GetCentreStatisticsRequest': {
    members: {
      fromDate: 'requestId',
      toDate: 'name',
    },
  },
  'cups.intake.v1.GetSubmissionRequest': {
    added: ['training'],
  },
  'cups.intake.v1.HandOver': {
    members: {
      collectedBy: 'needMet',
      idDocumentKind: 'missing',
    },
    added: ['idDocumentNumber', 'handOverTime', 'collectorName', 'ground', 'documentSha256s'],
  },
  'cups.intake.v1.HandOverResultRequest': {
    members: {
      handOver: 'outcome',
    },
    messages: {
      handOver: 'cups.intake.v1.HandOver',
    },
  },
  'cups.intake.v1.ListApplicationActionsRequest': {
    members: {
      name: 'trackingNumber',
    },
    added: ['pageSize', 'pageToken', 'before'],
  },
  'cups.intake.v1.ListQueueRequest': {
    enums: {
      bucket: 'cups.intake.v1.Bucket',
    },
  },
  'cups.intake.v1.Mandate': {
    added: ['name'],
  },
  'cups.intake.v1.MarkDeskAlertsSeenRequest': {
    members: {
      occurTime: 'how',
    },
  },
  'cups.intake.v1.Outcome': {
    members: {
      needMet: 'seconds',
      missing: 'nanos',
    },
  },
  'cups.intake.v1.RecordAccessRequest': {
    added: ['factsOnly'],
    enums: {
      kind: 'cups.intake.v1.AccessKind',
    },
  },
  'cups.intake.v1.RecordPaymentRequest': {
    members: {
      payment: 'text',
    },
  },
  'cups.intake.v1.RecordPersonNotificationRequest': {
    members: {
      requestId: 'name',
      name: 'pageSize',
      etag: 'pageToken',
    },
    added: ['method', 'notice', 'occurTime'],
  },
  'cups.intake.v1.RenewApplicationRequest': {
    members: {
      occurTime: 'payment',
    },
  },
  'cups.intake.v1.SubmitApplicationRequest': {
    members: {
      occurTime: 'reason',
    },
  },
  'cups.intake.v1.SupplyDocumentsRequest': {
    members: {
      evidence: 'handOver',
      answers: 'occurTime',
    },
    added: ['occurTime', 'unavailable', 'complete', 'mandate'],
    messages: {
      evidence: 'cups.intake.v1.Evidence',
    },
  },
  'cups.intake.v1.TrackApplicationRequest': {
    members: {
      trackingNumber: 'name',
    },
  },
  'cups.intake.v1.UpdateApplicationRequest': {
    members: {
      content: 'occurTime',
    },
    added: ['updateFields'],
    messages: {
      content: 'cups.intake.v1.ApplicationContent',
    },
  },
  'cups.intake.v1.WithdrawApplicationRequest': {
    members: {
      reason: 'evidence',
      occurTime: 'answers',
      statement: 'occurTime',
    },
    messages: {
      statement: 'cups.intake.v1.WithdrawalStatement',
    },
  },
  'cups.intake.v1.WithdrawalStatement': {
    members: {
      signed: 'seconds',
      unsignedReason: 'nanos',
    },
  },
  'cups.operations.v1.DropParkedEventRequest': {
    members: {
      actor: 'by',
      reason: 'why',
    },
  },
  'cups.operations.v1.RedriveDeliveryRequest': {
    members: {
      actor: 'by',
      reason: 'why',
    },
  },
  'cups.operations.v1.ReleaseParkedKeyRequest': {
    members: {
      actor: 'by',
      reason: 'why',
    },
  },
  'cups.operations.v1.ReplayDeliveriesRequest': {
    members: {
      actor: 'by',
      reason: 'why',
    },
  },
  'cups.operations.v1.UnblockOutboxRequest': {
    members: {
      actor: 'by',
      reason: 'why',
    },
  },
};

/** Former names of enum values, by their names now. */
export const FORMER_ENUMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'cups.intake.v1.AccessKind': {
    ACCESS_KIND_UNSPECIFIED: 'LOOK_KIND_UNSPECIFIED',
    ACCESS_KIND_DETAILS: 'LOOK_KIND_FILE',
    ACCESS_KIND_SEARCH: 'LOOK_KIND_SEARCH',
    ACCESS_KIND_SUBMISSION: 'LOOK_KIND_SUBMISSION',
    ACCESS_KIND_HISTORY: 'LOOK_KIND_HISTORY',
    ACCESS_KIND_PERSON: 'LOOK_KIND_PERSON',
    ACCESS_KIND_NOTICES: 'LOOK_KIND_NOTICES',
    ACCESS_KIND_SLIP: 'LOOK_KIND_SLIP',
  },
  'cups.intake.v1.Bucket': {
    BUCKET_AGENCY_REPLIED: 'BUCKET_CAME_BACK',
    BUCKET_DUE_SOON: 'BUCKET_RUNNING_OUT',
    BUCKET_TO_NOTIFY: 'BUCKET_TO_RING',
    BUCKET_AWAITING_OUTCOME: 'BUCKET_TO_CONFIRM',
    BUCKET_WITH_AGENCY: 'BUCKET_AT_AGENCY',
  },
  'cups.intake.v1.DeliveryChoiceKind': {
    DELIVERY_CHOICE_KIND_UNSPECIFIED: 'DELIVERY_KIND_UNSPECIFIED',
    DELIVERY_CHOICE_KIND_AT_CENTRE: 'DELIVERY_KIND_AT_CENTRE',
    DELIVERY_CHOICE_KIND_ELECTRONIC: 'DELIVERY_KIND_ELECTRONIC',
    DELIVERY_CHOICE_KIND_POST: 'DELIVERY_KIND_POST',
  },
};
