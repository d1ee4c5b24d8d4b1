{{/*
Ingress and egress of a service: only the calls and topics of the architecture diagram.
*/}}
{{- define "cups.policy" -}}
{{- if .top.Values.global.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "cups.selector" .service.name | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  {{- with trim (include "cups.ingress" .) }}
  ingress:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with trim (include "cups.egress" .) }}
  egress:
    {{- . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "cups.ingress" -}}
{{- $global := .top.Values.global -}}
{{- with .service.callers }}
- from:
    {{- range . }}
    - podSelector:
        matchLabels:
          {{- include "cups.selector" . | nindent 10 }}
    {{- end }}
  ports:
    - protocol: TCP
      port: {{ include "cups.grpcPort" $ }}
{{- end }}
{{- if eq .service.name "gateway" }}
- {{ with .top.Values.public.peers }}from:
    {{- toYaml . | nindent 4 }}
  {{ end }}ports:
    - protocol: TCP
      port: 8080
{{- end }}
{{- /* Probes come from the node; most networks always let a node reach its own pods. */}}
{{- with $global.networkPolicy.nodes }}
- from:
    {{- range . }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  ports:
    - protocol: TCP
      port: {{ include "cups.operationsPort" $ }}
{{- end }}
{{- with $global.monitoring.peers }}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - protocol: TCP
      port: {{ include "cups.operationsPort" $ }}
{{- end }}
{{- end }}

{{- define "cups.egress" -}}
{{- $values := .top.Values -}}
{{- $global := $values.global -}}
{{- $ports := include "cups.grpcPorts" . | fromYaml -}}
{{- $isTraced := and .service.keys $global.tracing.endpoint -}}
{{- $needsNames := or .service.calls .service.kafka .service.store $isTraced -}}
{{- if $needsNames }}
{{ include "cups.toNames" . }}
{{- end }}
{{- range .service.calls }}
- to:
    - podSelector:
        matchLabels:
          {{- include "cups.selector" . | nindent 10 }}
  ports:
    - protocol: TCP
      port: {{ get $ports . | int }}
{{- end }}
{{- if .service.kafka }}
{{ include "cups.toKafka" . }}
{{- end }}
{{- if .service.store }}
- to:
    {{- toYaml $global.mongodb.peers | nindent 4 }}
  ports:
    - protocol: TCP
      port: {{ $global.mongodb.port | int }}
{{- end }}
{{- if $isTraced }}
- to:
    {{- toYaml $global.tracing.peers | nindent 4 }}
  ports:
    - protocol: TCP
      port: {{ include "cups.collectorPort" . | int }}
{{- end }}
{{- with $values.platform }}
{{- if $values.settings.SIMULATOR_PLATFORM_URL }}
- to:
    {{- if .peers }}
    {{- toYaml .peers | nindent 4 }}
    {{- else }}
    - podSelector:
        matchLabels:
          {{- include "cups.selector" "gateway" | nindent 10 }}
    {{- end }}
  ports:
    - protocol: TCP
      port: {{ .port | int }}
{{- end }}
{{- end }}
{{- if has "oidc" ($values.providers | default list) }}
{{ include "cups.toOpenId" $values.oidc }}
{{- end }}
{{- with $values.checker }}
{{- if .enabled }}
- to:
    - podSelector:
        matchLabels:
          {{- include "cups.selector" "documents-checker" | nindent 10 }}
  ports:
    - protocol: TCP
      port: {{ get $ports "documents-checker" | int }}
{{- end }}
{{- end }}
{{- range list $values.s3 $values.clamd $values.vault $values.mpower $values.webhooks }}
{{- with . }}
{{- if .peers }}
- to:
    {{- toYaml .peers | nindent 4 }}
  ports:
    - protocol: TCP
      port: {{ .port | int }}
{{- end }}
{{- end }}
{{- end }}
{{- with $values.mail }}
{{- if .existingSecret }}
- to:
    {{- toYaml .peers | nindent 4 }}
  ports:
    - protocol: TCP
      port: {{ .port | int }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Lets the simulator reach the gateway of its namespace. A policy of its own, because policies add up and the chart of the gateway
does not have the values of the simulator.
*/}}
{{- define "cups.simulatorPolicy" -}}
{{- $values := .Values -}}
{{- if and $values.global.networkPolicy.enabled $values.settings.SIMULATOR_PLATFORM_URL (not $values.platform.peers) }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: agency-simulator-to-gateway
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "cups.labels" (dict "top" . "service" (.Files.Get "service.yaml" | fromYaml)) | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "cups.selector" "gateway" | nindent 6 }}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              {{- include "cups.selector" "agency-simulator" | nindent 14 }}
      ports:
        - protocol: TCP
          port: {{ $values.platform.port | int }}
{{- end }}
{{- end }}

{{- define "cups.toOpenId" -}}
- to:
    {{- toYaml .peers | nindent 4 }}
  ports:
    - protocol: TCP
      port: {{ .port | int }}
{{- end }}

{{- define "cups.toNames" -}}
- to:
    {{- toYaml .top.Values.global.networkPolicy.dns | nindent 4 }}
  ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
{{- end }}

{{- define "cups.toKafka" -}}
- to:
    {{- toYaml .top.Values.global.kafka.peers | nindent 4 }}
  ports:
    {{- range $port := include "cups.kafkaPorts" . | fromYamlArray }}
    - protocol: TCP
      port: {{ $port | int }}
    {{- end }}
{{- end }}

{{/* Port of the OpenTelemetry collector. */}}
{{- define "cups.collectorPort" -}}
{{- $endpoint := .top.Values.global.tracing.endpoint -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $endpoint) | default (ternary "443" "80" (hasPrefix "https:" $endpoint)) -}}
{{- end }}

{{/* Distinct ports of the brokers. */}}
{{- define "cups.kafkaPorts" -}}
{{- $ports := list -}}
{{- range .top.Values.global.kafka.brokers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" .) -}}
{{- end -}}
{{- $ports | uniq | sortAlpha | toYaml -}}
{{- end }}
