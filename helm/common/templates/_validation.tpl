{{/*
Validation across values, which a schema cannot express. Reports all errors at once, one sentence each, which starts with the path
of the value.
*/}}
{{- define "cups.refuse" -}}
{{- $sentences := concat
  (include "cups.faults" . | fromYamlArray)
  (ternary (include "cups.demoSettings" . | fromYamlArray) list .top.Values.global.strictMode)
-}}
{{- if $sentences }}{{ fail (printf "\n%s" (join "\n" $sentences)) }}{{ end -}}
{{- end }}

{{/* Values that cannot work. */}}
{{- define "cups.faults" -}}
{{- $values := .top.Values -}}
{{- $global := $values.global -}}
{{- $name := .service.name -}}
{{- $faults := list -}}
{{- if lt ($values.gracePeriodSeconds | int) (add $values.preStopSeconds 20 | int) -}}
{{- $faults = append $faults (printf "%s.gracePeriodSeconds must be at least preStopSeconds + 20: a graceful stop may take 20 s after the sleep." $name) -}}
{{- end -}}
{{- if and .service.keys (not $values.keys.existingSecret) -}}
{{- $faults = append $faults (printf "%s.keys.existingSecret is missing: name the Secret that holds %s.key.jwk." $name $name) -}}
{{- end -}}
{{- if and .service.store (not $values.mongodb.existingSecret) -}}
{{- $faults = append $faults (printf "%s.mongodb.existingSecret is missing: name the Secret that holds the URI of its store." $name) -}}
{{- end -}}
{{- if and $values.requestSecret (not $values.requestSecret.existingSecret) -}}
{{- $faults = append $faults (printf "%s.requestSecret.existingSecret is missing: name the Secret of the fingerprints of requests." $name) -}}
{{- end -}}
{{- if and .service.kafka (not $global.kafka.brokers) -}}
{{- $faults = append $faults "global.kafka.brokers is empty: name at least one broker, host:port." -}}
{{- end -}}
{{- range $path, $tls := dict "global.kafka.tls" $global.kafka.tls "global.mongodb.tls" $global.mongodb.tls (printf "%s.mail.tls" $name) (get ($values.mail | default dict) "tls" | default dict) -}}
{{- if and $tls.caConfigMap $tls.caSecret -}}
{{- $faults = append $faults (printf "%s names a caConfigMap and a caSecret: set only one of them." $path) -}}
{{- end -}}
{{- end -}}
{{- if and .service.kafka $values.kafka.existingSecret (not (include "cups.hasAuthority" $global.kafka.tls)) -}}
{{- $faults = append $faults (printf "%s.kafka.existingSecret is set without global.kafka.tls: sign-in to Kafka requires TLS." $name) -}}
{{- end -}}
{{- if $global.networkPolicy.enabled -}}
{{- if and .service.kafka (not $global.kafka.peers) -}}
{{- $faults = append $faults "global.kafka.peers is empty: name the addresses of the brokers, or no service can reach them." -}}
{{- end -}}
{{- if and .service.store (not $global.mongodb.peers) -}}
{{- $faults = append $faults "global.mongodb.peers is empty: name the addresses of the stores, or no service can reach them." -}}
{{- end -}}
{{- if and $global.tracing.endpoint (not $global.tracing.peers) -}}
{{- $faults = append $faults "global.tracing.peers is empty: name the address of the collector, or no span can reach it." -}}
{{- end -}}
{{- end -}}
{{- with $values.autoscaling -}}
{{- if and .enabled (lt (.maxReplicas | int) (.minReplicas | int)) -}}
{{- $faults = append $faults (printf "%s.autoscaling.maxReplicas must not be less than minReplicas." $name) -}}
{{- end -}}
{{- end -}}
{{- with $values.keda -}}
{{- if and .enabled (lt (.maxReplicas | int) (.minReplicas | int)) -}}
{{- $faults = append $faults (printf "%s.keda.maxReplicas must not be less than minReplicas." $name) -}}
{{- end -}}
{{- if and .enabled (not .authentication) (include "cups.hasAuthority" $global.kafka.tls) -}}
{{- $faults = append $faults (printf "%s.keda.authentication is missing: KEDA cannot read the lag of a Kafka with users without it." $name) -}}
{{- end -}}
{{- if and .enabled (gt (.maxReplicas | int) (.partitions | int)) -}}
{{- $faults = append $faults (printf "%s.keda.maxReplicas must not be more than partitions: each partition has one consumer." $name) -}}
{{- end -}}
{{- end -}}
{{- with $values.mail -}}
{{- if and .existingSecret $global.networkPolicy.enabled (not .peers) -}}
{{- $faults = append $faults (printf "%s.mail.peers is empty: name the address of the mail server, or no mail can reach it." $name) -}}
{{- end -}}
{{- end -}}
{{- with $values.s3 -}}
{{- if eq $values.settings.DOCUMENTS_STORAGE "s3" -}}
{{- if not .existingSecret -}}
{{- $faults = append $faults (printf "%s.s3.existingSecret is missing: the storage s3 needs its access key." $name) -}}
{{- end -}}
{{- if and $global.networkPolicy.enabled (not .peers) -}}
{{- $faults = append $faults (printf "%s.s3.peers is empty: name the address of the S3 server, or no document can be stored." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (include "cups.usesVault" .) $global.networkPolicy.enabled (not $values.vault.peers) -}}
{{- $faults = append $faults (printf "%s.vault.peers is empty: name the address of the Vault, or nothing that data keys protect can be read." $name) -}}
{{- end -}}
{{- if and .service.singleton $values.storage (not $values.storage.existingClaim) -}}
{{- $faults = append $faults (printf "%s.storage.existingClaim is missing: a replaced pod would find no log and refuse to work. k8s/claims.yaml has the claim %s." $name $name) -}}
{{- end -}}
{{- if and (include "cups.storesForTrial" .) (gt (include "cups.leastReplicas" . | int) 1) -}}
{{- $faults = append $faults (printf "%s.storage.existingClaim is missing with more than one replica: each pod would have only its own documents." $name) -}}
{{- end -}}
{{- with $values.clamd -}}
{{- if and $global.networkPolicy.enabled $values.settings.CLAMD_ADDRESS (not .peers) -}}
{{- $faults = append $faults (printf "%s.clamd.peers is empty: name the address of clamd, or no document can be scanned." $name) -}}
{{- end -}}
{{- end -}}
{{- if and $values.agencyKeys (not $values.agencyKeys.existingSecret) $values.settings.SIMULATOR_PLATFORM_URL -}}
{{- $faults = append $faults (printf "%s.agencyKeys.existingSecret is missing: name the Secret that holds a key of each simulated agency." $name) -}}
{{- end -}}
{{- if include "cups.signsInByMpass" . -}}
{{- if not $values.saml.existingSecret -}}
{{- $faults = append $faults (printf "%s.saml.existingSecret is missing: name the Secret that holds current.key, current.crt and idp.crt." $name) -}}
{{- end -}}
{{- range list "SAML_ENTITY_ID" "SAML_IDP_ENTITY_ID" "SAML_IDP_SSO_URL" -}}
{{- if not (get $values.settings .) -}}
{{- $faults = append $faults (printf "%s.settings.%s is missing: mpass in providers needs it." $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if has "oidc" ($values.providers | default list) -}}
{{- range list "OIDC_ISSUER" "OIDC_CLIENT_ID" -}}
{{- if not (get $values.settings .) -}}
{{- $faults = append $faults (printf "%s.settings.%s is missing: oidc in providers needs it." $name .) -}}
{{- end -}}
{{- end -}}
{{- if and $global.networkPolicy.enabled (not $values.oidc.peers) -}}
{{- $faults = append $faults (printf "%s.oidc.peers is empty: name the address of the OpenID provider, or it cannot be reached." $name) -}}
{{- end -}}
{{- end -}}
{{- if get $values.settings "MPOWER_URL" -}}
{{- if not $values.mpower.existingSecret -}}
{{- $faults = append $faults (printf "%s.mpower.existingSecret is missing: name the Secret that holds client.crt and client.key." $name) -}}
{{- end -}}
{{- if and $global.networkPolicy.enabled (not $values.mpower.peers) -}}
{{- $faults = append $faults (printf "%s.mpower.peers is empty: name the address of MPower, or it cannot be reached." $name) -}}
{{- end -}}
{{- end -}}
{{- if and $values.route (ne $values.route.kind "none") (not $values.publicOrigin) -}}
{{- $faults = append $faults (printf "%s.publicOrigin is missing: a route needs its public URL, https://…" $name) -}}
{{- end -}}
{{- if and $values.route (eq $values.route.kind "gateway-api") (not $values.route.gatewayApi.parentRefs) -}}
{{- $faults = append $faults (printf "%s.route.gatewayApi.parentRefs is empty: name the Gateway that the route belongs to." $name) -}}
{{- end -}}
{{- if and (include "cups.lacksCertificate" .) (eq $global.environment "production") -}}
{{- $faults = append $faults (printf "%s.route.ingress.tlsSecret is missing: an Ingress without a certificate serves plain HTTP." $name) -}}
{{- end -}}
{{- if eq $global.environment "production" -}}
{{- if has "local" ($values.providers | default list) -}}
{{- $faults = append $faults (printf "%s.providers holds local: its test operators need no password, and production refuses them." $name) -}}
{{- end -}}
{{- if and .service.keys (not $values.tls.existingSecret) -}}
{{- $faults = append $faults (printf "%s.tls.existingSecret is missing: production requires encrypted calls between services." $name) -}}
{{- end -}}
{{- if and .service.keys .service.kafka (not (include "cups.hasAuthority" $global.kafka.tls)) -}}
{{- $faults = append $faults "global.kafka.tls names no authority: production requires TLS to Kafka." -}}
{{- end -}}
{{- if and .service.store (not (include "cups.hasAuthority" $global.mongodb.tls)) -}}
{{- $faults = append $faults "global.mongodb.tls names no authority: production requires TLS to the store." -}}
{{- end -}}
{{- if and $values.personHash (not $values.personHash.existingSecret) -}}
{{- $faults = append $faults (printf "%s.personHash.existingSecret is missing: production requires it to detect operators' own applications." $name) -}}
{{- end -}}
{{- if and $values.route (not (hasPrefix "https://" $values.publicOrigin)) -}}
{{- $faults = append $faults (printf "%s.publicOrigin must begin with https:// in production: sessions would travel unencrypted." $name) -}}
{{- end -}}
{{- end -}}
{{- $faults | toYaml -}}
{{- end }}

{{/* Values for demonstrations, which strictMode refuses. */}}
{{- define "cups.demoSettings" -}}
{{- $values := .top.Values -}}
{{- $global := $values.global -}}
{{- $name := .service.name -}}
{{- $localSignIn := has "local-sign-in" $global.strictExceptions -}}
{{- $found := list -}}
{{- /* Only identity and the gateway use it. */ -}}
{{- $reads := or (hasKey $values "providers") (hasKey $values "route") -}}
{{- if and $reads (ne $global.environment "production") (not $localSignIn) -}}
{{- $found = append $found "global.environment is development: strictMode requires production (a pilot names the exception local-sign-in)." -}}
{{- end -}}
{{- if and (has "local" ($values.providers | default list)) (not $localSignIn) -}}
{{- $found = append $found (printf "%s.providers holds local: anyone could sign in as any operator (a pilot names the exception local-sign-in)." $name) -}}
{{- end -}}
{{- if not $values.image.digest -}}
{{- $found = append $found (printf "%s.image.digest is missing: a tag can be moved, a digest cannot." $name) -}}
{{- end -}}
{{- if and (ne $name "agency-simulator") (not .service.singleton) (not (include "cups.storesForTrial" .)) (lt (include "cups.leastReplicas" . | int) 2) -}}
{{- $found = append $found (printf "%s runs one replica: a node restart would stop it, so strictMode requires two." $name) -}}
{{- end -}}
{{- if and .service.keys (ne $global.environment "production") (not $values.tls.existingSecret) -}}
{{- $found = append $found (printf "%s.tls.existingSecret is missing: calls between services would travel unencrypted." $name) -}}
{{- end -}}
{{- if and $values.personHash (ne $global.environment "production") (not $values.personHash.existingSecret) -}}
{{- $found = append $found (printf "%s.personHash.existingSecret is missing: operators could submit their own applications without a colleague." $name) -}}
{{- end -}}
{{- if and .service.kafka (or (ne $global.environment "production") (not .service.keys)) (not (include "cups.hasAuthority" $global.kafka.tls)) -}}
{{- $found = append $found "global.kafka.tls names no authority: messages to agencies would travel unencrypted." -}}
{{- end -}}
{{- if and .service.kafka (not $values.kafka.existingSecret) -}}
{{- $found = append $found (printf "%s.kafka.existingSecret is missing: anyone who reaches the brokers could read and write in its name." $name) -}}
{{- end -}}
{{- if and .service.store (ne $global.environment "production") (not (include "cups.hasAuthority" $global.mongodb.tls)) -}}
{{- $found = append $found "global.mongodb.tls names no authority: applications would travel unencrypted." -}}
{{- end -}}
{{- if not $global.networkPolicy.enabled -}}
{{- $found = append $found "global.networkPolicy.enabled is off: every pod of the cluster could call every service." -}}
{{- end -}}
{{- if and (include "cups.storesForTrial" .) (not (has "trial-storage" $global.strictExceptions)) -}}
{{- $found = append $found (printf "%s.storage.existingClaim is missing: documents would end with their pod." $name) -}}
{{- end -}}
{{- with $values.keyStore -}}
{{- if not .existingSecret -}}
{{- $found = append $found (printf "%s.keyStore.existingSecret is missing: erased data could be read from any backup of the store." $name) -}}
{{- end -}}
{{- end -}}
{{- with $values.checker -}}
{{- if and .enabled (lt (.replicas | int) 2) -}}
{{- $found = append $found (printf "%s.checker.replicas is one: a node restart would stop all checks, so strictMode requires two." $name) -}}
{{- end -}}
{{- end -}}
{{- if and $values.mail (not $values.mail.existingSecret) -}}
{{- $found = append $found (printf "%s.mail.existingSecret is missing: mail would be written into files that nobody reads." $name) -}}
{{- end -}}
{{- if and $values.route (ne $global.environment "production") (not (hasPrefix "https://" $values.publicOrigin)) -}}
{{- $found = append $found (printf "%s.publicOrigin does not begin with https://: sessions would travel unencrypted." $name) -}}
{{- end -}}
{{- if and (include "cups.lacksCertificate" .) (ne $global.environment "production") -}}
{{- $found = append $found (printf "%s.route.ingress.tlsSecret is missing: an Ingress without a certificate serves plain HTTP." $name) -}}
{{- end -}}
{{- if and $values.public (not $values.public.peers) -}}
{{- $found = append $found (printf "%s.public.peers is empty: any pod could bypass the proxy and forge the client address." $name) -}}
{{- end -}}
{{- if and (eq $name "agency-simulator") (eq $global.environment "production") (ne $values.settings.SIMULATOR_TOPICS "training") -}}
{{- $found = append $found "agency-simulator.settings.SIMULATOR_TOPICS is not training in production: the simulator would decide real applications." -}}
{{- end -}}
{{- if and (eq $name "agency-simulator") (eq $global.environment "production") $values.settings.SIMULATOR_PLATFORM_URL -}}
{{- $found = append $found "agency-simulator.settings.SIMULATOR_PLATFORM_URL is set in production: the simulator would need keys that open documents of real agencies." -}}
{{- end -}}
{{- if eq (get ($values.settings | default dict) "CREATE_TOPICS" | toString) "true" -}}
{{- $found = append $found (printf "%s.settings.CREATE_TOPICS is on: a service would need the right to create topics, which only an administrator should have." $name) -}}
{{- end -}}
{{- if has (get ($values.settings | default dict) "LOG_LEVEL" | toString) (list "trace" "debug") -}}
{{- $found = append $found (printf "%s.settings.LOG_LEVEL is for debugging: strictMode requires info or less." $name) -}}
{{- end -}}
{{- $found | toYaml -}}
{{- end }}

{{/* Whether an Ingress lacks a certificate. */}}
{{- define "cups.lacksCertificate" -}}
{{- with .top.Values.route }}{{ if and (eq .kind "ingress") (not .ingress.tlsSecret) }}true{{ end }}{{ end -}}
{{- end }}

{{/* Validation of a job. */}}
{{- define "cups.refuseJob" -}}
{{- if and .top.Values.global.strictMode (not .job.values.image.digest) -}}
{{- fail (printf "\n%s.image.digest is missing: a tag can be moved, a digest cannot." .job.name) -}}
{{- end -}}
{{- end }}
