{{/*
Mounted keys, secrets and registry. Services watch them, so none has a checksum in the pod template: data and keys never restart a
pod.
*/}}
{{- define "cups.mounts" -}}
{{- if .service.keys }}
- name: keys
  mountPath: /keys
  readOnly: true
{{- if .top.Values.tls.existingSecret }}
- name: tls
  mountPath: /tls
  readOnly: true
{{- end }}
{{- end }}
{{- if include "cups.signsInByMpass" . }}
- name: saml
  mountPath: /saml
  readOnly: true
{{- end }}
{{- if include "cups.mpowerSecret" . }}
- name: mpower
  mountPath: /mpower
  readOnly: true
{{- end }}
{{- if include "cups.secretSources" . | trim }}
- name: secrets
  mountPath: /secrets
  readOnly: true
{{- end }}
{{- range .service.data }}
- name: {{ . }}
  mountPath: /data/{{ . }}
  readOnly: true
{{- end }}
{{- if include "cups.writesMail" . }}
- name: state
  mountPath: /state
{{- end }}
{{- if include "cups.storesFiles" . }}
- name: {{ include "cups.storageFolder" . }}
  mountPath: /{{ include "cups.storageFolder" . }}
{{- end }}
{{- if include "cups.usesVault" . }}
- name: vault
  mountPath: /vault
  readOnly: true
{{- end }}
{{- if include "cups.agencyKeys" . }}
- name: agency-keys
  mountPath: /agency-keys
  readOnly: true
{{- end }}
{{- end }}

{{- define "cups.volumes" -}}
{{- $values := .top.Values -}}
{{- if .service.keys }}
- name: keys
  projected:
    # 0440: readable by the pod's group only.
    defaultMode: 288
    sources:
      - secret:
          name: {{ $values.keys.existingSecret }}
          items:
            - key: {{ .service.name }}.key.jwk
              path: {{ .service.name }}.key.jwk
            {{- range .service.keySets }}
            - key: {{ . }}
              path: {{ . }}
            {{- end }}
      - configMap:
          name: {{ $values.global.publicKeys.configMap }}
          items:
            {{- range list "catalog" "identity" "intake" "documents" "agency-bridge" "notifications" "journal" "gateway" }}
            - key: {{ . }}.jwk
              path: public/{{ . }}.jwk
            {{- end }}
      # Public key of the ops CLI, which is optional.
      - configMap:
          name: {{ $values.global.publicKeys.configMap }}
          optional: true
          items:
            - key: ops.jwk
              path: public/ops.jwk
{{- with $values.tls.existingSecret }}
- name: tls
  projected:
    defaultMode: 288
    sources:
      - secret:
          name: {{ . }}
          items:
            {{- range list "tls.crt" "tls.key" "ca.crt" }}
            - key: {{ . }}
              path: {{ . }}
            {{- end }}
{{- end }}
{{- end }}
{{- if include "cups.signsInByMpass" . }}
- name: saml
  projected:
    defaultMode: 288
    sources:
      # The whole Secret: during a rotation it also holds the next or the previous key pair.
      - secret:
          name: {{ $values.saml.existingSecret }}
{{- end }}
{{- with include "cups.mpowerSecret" . }}
- name: mpower
  projected:
    defaultMode: 288
    sources:
      - secret:
          name: {{ . }}
          items:
            {{- range list "client.crt" "client.key" }}
            - key: {{ . }}
              path: {{ . }}
            {{- end }}
{{- end }}
{{- with trim (include "cups.secretSources" .) }}
- name: secrets
  projected:
    defaultMode: 288
    sources:
      {{- . | nindent 6 }}
{{- end }}
{{- range .service.data }}
{{ include "cups.folder" . }}
{{- end }}
{{- if include "cups.writesMail" . }}
- name: state
  emptyDir:
    sizeLimit: 64Mi
{{- end }}
{{- if include "cups.storesFiles" . }}
- name: {{ include "cups.storageFolder" . }}
  {{- with $values.storage.existingClaim }}
  persistentVolumeClaim:
    claimName: {{ . }}
  {{- else }}
  # For trials: the content ends with the pod.
  emptyDir:
    sizeLimit: 1Gi
  {{- end }}
{{- end }}
{{- if include "cups.usesVault" . }}
- name: vault
  projected:
    defaultMode: 288
    sources:
      # A token for Vault alone, which the kubelet renews.
      - serviceAccountToken:
          path: token
          audience: vault
          expirationSeconds: 600
{{- end }}
{{- with include "cups.agencyKeys" . }}
- name: agency-keys
  projected:
    defaultMode: 288
    sources:
      # The whole Secret: one private key of each simulated agency.
      - secret:
          name: {{ . }}
{{- end }}
{{- end }}

{{/* A registry folder. */}}
{{- define "cups.folder" -}}
- name: {{ . }}
  projected:
    sources:
      # A fixed number of shards, so that a new file changes no pod template.
      {{- $folder := . }}
      {{- range splitList "" "0123456789abcdef" }}
      - configMap:
          name: cups-{{ $folder }}-{{ . }}
      {{- end }}
{{- end }}

{{/* Secrets of a service, each as a file. */}}
{{- define "cups.secretSources" -}}
{{- $values := .top.Values -}}
{{- $files := list -}}
{{- if .service.store }}{{ $files = append $files (dict "from" $values.mongodb "path" "mongodb-uri") }}{{ end -}}
{{- with $values.keyStore }}
{{- if .existingSecret }}{{ $files = append $files (dict "from" . "path" "key-store-uri") }}{{ end }}
{{- end -}}
{{- with $values.s3 }}
{{- if .existingSecret }}{{ $files = append $files (dict "from" . "path" "s3-credentials.json") }}{{ end }}
{{- end -}}
{{- with $values.requestSecret }}{{ $files = append $files (dict "from" . "path" "request-secret") }}{{ end -}}
{{- with $values.personHash }}
{{- if .existingSecret }}{{ $files = append $files (dict "from" . "path" "person-hash.jwks") }}{{ end }}
{{- end -}}
{{- with $values.mail }}
{{- if .existingSecret }}{{ $files = append $files (dict "from" . "path" "smtp-url") }}{{ end }}
{{- end -}}
{{- with $values.oidc }}
{{- if .existingSecret }}{{ $files = append $files (dict "from" . "path" "oidc-client-secret") }}{{ end }}
{{- end -}}
{{- if and .service.kafka $values.kafka.existingSecret }}{{ $files = append $files (dict "from" $values.kafka "path" "kafka-password") }}{{ end -}}
{{- range $files }}
{{- include "cups.secretFile" (dict "name" .from.existingSecret "key" .from.key "path" .path) }}
{{- end }}
{{- if .service.store }}{{ include "cups.authorityFile" (dict "from" $values.global.mongodb.tls "path" "mongodb-ca.crt") }}{{ end }}
{{- if .service.kafka }}{{ include "cups.authorityFile" (dict "from" $values.global.kafka.tls "path" "kafka-ca.crt") }}{{ end }}
{{- with $values.vault }}{{ include "cups.authorityFile" (dict "from" .tls "path" "vault-ca.crt") }}{{ end }}
{{- with $values.mpower }}{{ include "cups.authorityFile" (dict "from" .tls "path" "mpower-ca.crt") }}{{ end }}
{{- with $values.mail }}{{ include "cups.authorityFile" (dict "from" .tls "path" "smtp-ca.crt") }}{{ end }}
{{- end }}

{{/* Whether sign-in by MPass is on. */}}
{{- define "cups.signsInByMpass" -}}
{{- if has "mpass" (.top.Values.providers | default list) }}true{{ end -}}
{{- end }}

{{/* The Secret with the client certificate for MPower; empty without one. */}}
{{- define "cups.mpowerSecret" -}}
{{- with .top.Values.mpower }}{{ .existingSecret }}{{ end -}}
{{- end }}

{{/* A key of a Secret as a file. */}}
{{- define "cups.secretFile" }}
- secret:
    name: {{ .name }}
    items:
      - key: {{ .key }}
        path: {{ .path }}
{{- end }}

{{/* Whether a ConfigMap or Secret with a CA certificate is set. */}}
{{- define "cups.hasAuthority" -}}
{{- if or .caConfigMap .caSecret }}true{{ end -}}
{{- end }}

{{/* That CA certificate as a file. */}}
{{- define "cups.authorityFile" }}
{{- if .from.caConfigMap }}
- configMap:
    name: {{ .from.caConfigMap }}
    items:
      - key: {{ .from.key }}
        path: {{ .path }}
{{- else if .from.caSecret }}
{{- include "cups.secretFile" (dict "name" .from.caSecret "key" .from.key "path" .path) }}
{{- end }}
{{- end }}

{{/* Whether Vault protects the key-encryption keys. */}}
{{- define "cups.usesVault" -}}
{{- if and .top.Values.vault (eq (get .top.Values.settings "KEK_PROVIDER") "vault") }}true{{ end -}}
{{- end }}

{{/* Secret with the private keys of simulated agencies; empty without one. */}}
{{- define "cups.agencyKeys" -}}
{{- with .top.Values.agencyKeys }}{{ .existingSecret }}{{ end -}}
{{- end }}

{{/* Whether the service stores files: journal always, documents where its encrypted objects are in a folder. */}}
{{- define "cups.storesFiles" -}}
{{- if and .top.Values.storage (or .service.singleton (eq (get .top.Values.settings "DOCUMENTS_STORAGE" | toString) "folder")) }}true{{ end -}}
{{- end }}

{{/* Volume of these files, and the folder where it is mounted. */}}
{{- define "cups.storageFolder" -}}
{{- ternary "journal" "documents" (hasKey .service "singleton") -}}
{{- end }}

{{/* Whether the files end with the pod. */}}
{{- define "cups.storesForTrial" -}}
{{- if and (include "cups.storesFiles" .) (not .service.singleton) (not .top.Values.storage.existingClaim) }}true{{ end -}}
{{- end }}

{{/* Without a mail server, notifications writes mail to files. */}}
{{- define "cups.writesMail" -}}
{{- with .top.Values.mail }}{{ if not .existingSecret }}true{{ end }}{{ end -}}
{{- end }}
