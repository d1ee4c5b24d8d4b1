{{/*
A job of the release: image, security context and size of a service, without probes. "job" has name, values (its part of .Values),
args, env, volumes and mounts.
*/}}
{{- define "cups.jobSpec" -}}
{{- $values := .job.values -}}
backoffLimit: {{ hasKey .job "retries" | ternary .job.retries 5 }}
# Shorter than Helm's timeout (5 minutes), so that a job without its image fails under its own name.
activeDeadlineSeconds: {{ .job.deadlineSeconds | default 285 }}
# Kept for its log, until the next release replaces it.
ttlSecondsAfterFinished: 86400
template:
  metadata:
    labels:
      {{- include "cups.selector" .job.name | nindent 6 }}
  spec:
    restartPolicy: Never
    serviceAccountName: {{ .job.name }}
    automountServiceAccountToken: {{ .job.token | default false }}
    enableServiceLinks: false
    securityContext:
      {{- include "cups.podSecurity" . | nindent 6 }}
    {{- with .top.Values.global.image.pullSecrets }}
    imagePullSecrets:
      {{- range . }}
      - name: {{ . }}
      {{- end }}
    {{- end }}
    containers:
      - name: {{ .job.name }}
        image: {{ include "cups.imageOf" (dict "top" .top "image" $values.image) }}
        imagePullPolicy: {{ .top.Values.global.image.pullPolicy }}
        securityContext:
          {{- include "cups.containerSecurity" . | nindent 10 }}
        {{- with .job.args }}
        args:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        {{- with .job.env }}
        env:
          {{- range $name, $value := . }}
          - name: {{ $name }}
            value: {{ $value | quote }}
          {{- end }}
        {{- end }}
        resources:
          requests:
            cpu: 50m
            memory: 64Mi
            ephemeral-storage: 16Mi
          limits:
            memory: 256Mi
            ephemeral-storage: 64Mi
        {{- with .job.mounts }}
        volumeMounts:
          {{- toYaml . | nindent 10 }}
        {{- end }}
    {{- with .job.volumes }}
    volumes:
      {{- . | nindent 6 }}
    {{- end }}
{{- end }}

{{- define "cups.jobMetadata" -}}
name: {{ .job.name }}
namespace: {{ .top.Release.Namespace }}
labels:
  {{- include "cups.selector" .job.name | nindent 2 }}
  app.kubernetes.io/component: job
  app.kubernetes.io/managed-by: {{ .top.Release.Service }}
  app.kubernetes.io/instance: {{ .top.Release.Name }}
  helm.sh/chart: {{ .top.Chart.Name }}-{{ .top.Chart.Version }}
{{- end }}

{{- define "cups.exceptionsOfJob" -}}
{{- $ofImage := include "cups.refusedOfImage" (dict "top" .top "image" .job.values.image) | fromYamlArray -}}
{{- $refused := concat (list "cpu-limit") (ternary (list "token") list (.job.token | default false)) $ofImage -}}
{{- include "cups.exceptions" (dict "refused" $refused) | trim -}}
{{- end }}
