{{/*
Inputs of the topics job: agencies, sign-in, and the password of every user with a Secret in the values. The service and this job
mount the same Secret.
*/}}
{{- define "cups.topicsVolumes" -}}
{{- $values := .Values -}}
{{- $prefix := .Values.global.prefix -}}
{{ include "cups.folder" "agencies" }}
{{- if include "cups.hasAuthority" .Values.global.kafka.tls }}
- name: secrets
  projected:
    defaultMode: 288
    sources:
      {{- include "cups.authorityFile" (dict "from" .Values.global.kafka.tls "path" "kafka-ca.crt") | nindent 6 }}
      {{- with .Values.topics.kafka }}
      {{- if .existingSecret }}{{ include "cups.secretFile" (dict "name" .existingSecret "key" .key "path" "kafka-password") | nindent 6 }}{{ end }}
      {{- end }}
{{- end }}
{{- if .Values.topics.kafka.existingSecret }}
- name: users
  projected:
    defaultMode: 288
    sources:
      {{- range $service := list "identity" "intake" "documents" "agency-bridge" "notifications" "journal" "agency-simulator" }}
      {{- $own := index $values $service }}
      {{- if and $own.enabled $own.kafka.existingSecret }}
      {{- include "cups.secretFile" (dict "name" $own.kafka.existingSecret "key" $own.kafka.key "path" (printf "%s%s" $prefix $service)) | nindent 6 }}
      {{- end }}
      {{- end }}
      {{- with .Values.topics.lagSecret }}
      {{- include "cups.secretFile" (dict "name" . "key" "password" "path" (printf "%skafka-lag" $prefix)) | nindent 6 }}
      {{- end }}
      {{- range .Values.topics.agencies }}
      {{- include "cups.secretFile" (dict "name" .existingSecret "key" (.key | default "password") "path" (printf "%sagency.%s" $prefix .code)) | nindent 6 }}
      {{- end }}
{{- end }}
{{- end }}
