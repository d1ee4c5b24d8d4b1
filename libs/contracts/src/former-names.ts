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
  'IntakeService.GetApplicationDetails': 'IntakeService.GetApplicationFile',
  'IntakeService.GetNoticeContext': 'IntakeService.GetContact',
  'IntakeService.ListAccessLogEntries': 'IntakeService.ListLooks',
  'IntakeService.MarkDeskAlertsSeen': 'IntakeService.MarkDeskNotesSeen',
  'IntakeService.RecordPersonNotification': 'IntakeService.RecordTelling',
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
  'IntakeService.CreateApplication': 'cups.intake.v1.CreateApplicationRequest',
  'IntakeService.HandOverResult': 'cups.intake.v1.HandOverResultRequest',
  'IntakeService.ListApplicationActions': 'cups.intake.v1.ListApplicationActionsRequest',
  'IntakeService.ListQueue': 'cups.intake.v1.ListQueueRequest',
  'IntakeService.RecordAccess': 'cups.intake.v1.RecordAccessRequest',
  'IntakeService.RecordPayment': 'cups.intake.v1.RecordPaymentRequest',
  'IntakeService.RecordPersonNotification': 'cups.intake.v1.RecordPersonNotificationRequest',
  'IntakeService.SupplyDocuments': 'cups.intake.v1.SupplyDocumentsRequest',
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
  'cups.intake.v1.ApplicationContent': {
    messages: {
      mandate: 'cups.intake.v1.Mandate',
      evidence: 'cups.intake.v1.Evidence',
      delivery: 'cups.intake.v1.DeliveryChoice',
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
  'cups.intake.v1.HandOver': {
    members: {
      idDocumentKind: 'paperKind',
      idDocumentNumber: 'paperNumber',
    },
    added: ['documentSha256s'],
  },
  'cups.intake.v1.HandOverResultRequest': {
    messages: {
      handOver: 'cups.intake.v1.HandOver',
    },
  },
  'cups.intake.v1.ListApplicationActionsRequest': {
    added: ['before'],
  },
  'cups.intake.v1.ListQueueRequest': {
    enums: {
      bucket: 'cups.intake.v1.Bucket',
    },
  },
  'cups.intake.v1.Mandate': {
    added: ['name'],
  },
  'cups.intake.v1.Payment': {
    members: {
      recordedBy: 'by',
      recordTime: 'noteTime',
    },
  },
  'cups.intake.v1.RecordAccessRequest': {
    added: ['factsOnly'],
    enums: {
      kind: 'cups.intake.v1.AccessKind',
    },
  },
  'cups.intake.v1.RecordPaymentRequest': {
    messages: {
      payment: 'cups.intake.v1.Payment',
    },
  },
  'cups.intake.v1.RecordPersonNotificationRequest': {
    members: {
      method: 'how',
    },
    enums: {
      method: 'cups.intake.v1.NotificationMethod',
    },
  },
  'cups.intake.v1.SupplyDocumentsRequest': {
    added: ['mandate'],
    messages: {
      evidence: 'cups.intake.v1.Evidence',
    },
  },
  'cups.intake.v1.UpdateApplicationRequest': {
    messages: {
      content: 'cups.intake.v1.ApplicationContent',
    },
  },
  'cups.intake.v1.WithdrawApplicationRequest': {
    added: ['statement'],
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
  'cups.intake.v1.NotificationMethod': {
    NOTIFICATION_METHOD_UNSPECIFIED: 'TELLING_MEANS_UNSPECIFIED',
    NOTIFICATION_METHOD_PHONE: 'TELLING_MEANS_PHONE',
    NOTIFICATION_METHOD_IN_PERSON: 'TELLING_MEANS_IN_PERSON',
    NOTIFICATION_METHOD_SLIP: 'TELLING_MEANS_SLIP',
  },
};
