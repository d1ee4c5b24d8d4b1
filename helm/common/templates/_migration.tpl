{{/*
A job that migrates the store of a service before its pods change: its own image, the store's secret and egress to the store only.
All objects are hooks. A migration that needs stopped pods waits for them and then fails the release, which changes nothing.
*/}}
{{- define "cups.migration" -}}
{{- if .service.store -}}
{{- $global := .top.Values.global -}}
{{- $name := printf "%s-migration" .service.name -}}
{{- $env := dict "CUPS_ENV" $global.environment "MONGODB_URI_FILE" "/secrets/mongodb-uri" -}}
{{- with $global.prefix }}{{ $_ := set $env "CUPS_PREFIX" . }}{{ end -}}
{{- if include "cups.hasAuthority" $global.mongodb.tls }}{{ $_ := set $env "MONGODB_TLS_CA_FILE" "/secrets/mongodb-ca.crt" }}{{ end -}}
{{- $mounts := list (dict "name" "secrets" "mountPath" "/secrets" "readOnly" true) -}}
{{- $volumes := include "cups.migrationVolumes" . -}}
{{- $values := dict "image" .top.Values.image -}}
{{- $job := dict "name" $name "values" $values "args" (list "migrate") "env" $env "mounts" $mounts "volumes" $volumes "retries" 2 "deadlineSeconds" 3600 -}}
{{- $context := dict "top" .top "job" $job -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "cups.jobMetadata" $context | nindent 2 }}
  annotations:
    {{- include "cups.migrationHook" "-2" | nindent 4 }}
automountServiceAccountToken: false
{{- if $global.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "cups.jobMetadata" $context | nindent 2 }}
  annotations:
    {{- include "cups.migrationHook" "-2" | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "cups.selector" $name | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  egress:
    {{- include "cups.toNames" $context | nindent 4 }}
    - to:
        {{- toYaml $global.mongodb.peers | nindent 8 }}
      ports:
        - protocol: TCP
          port: {{ $global.mongodb.port | int }}
{{- end }}
---
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "cups.jobMetadata" $context | nindent 2 }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    # After the keys and the topics.
    helm.sh/hook-weight: '1'
    helm.sh/hook-delete-policy: before-hook-creation
    helm.sh/hook-output-log-policy: hook-failed
    {{- include "cups.exceptionsOfJob" $context | nindent 4 }}
spec:
  {{- include "cups.jobSpec" $context | nindent 2 }}
{{- end }}
{{- end }}

{{- define "cups.migrationHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: '{{ . }}'
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- define "cups.migrationVolumes" -}}
- name: secrets
  projected:
    defaultMode: 288
    sources:
      {{- include "cups.secretFile" (dict "name" .top.Values.mongodb.existingSecret "key" .top.Values.mongodb.key "path" "mongodb-uri") | nindent 6 }}
      {{- include "cups.authorityFile" (dict "from" .top.Values.global.mongodb.tls "path" "mongodb-ca.crt") | nindent 6 }}
{{- end }}
