{{/*
Every template of this library gets one dictionary: "top" is the context of the service's chart, "service" is what its
service.yaml says. There is one platform in a namespace, so names are fixed and need no release before them.
*/}}

{{/* Where each service is called. */}}
{{- define "cups.grpcPorts" -}}
catalog: 7001
identity: 7002
intake: 7003
agency-bridge: 7004
notifications: 7005
{{- end }}

{{/* Health and metrics of each service: the one plain port that is not for callers. */}}
{{- define "cups.operationsPorts" -}}
catalog: 7101
identity: 7102
intake: 7103
agency-bridge: 7104
notifications: 7105
gateway: 7106
agency-simulator: 7107
{{- end }}

{{- define "cups.grpcPort" -}}
{{- get (include "cups.grpcPorts" . | fromYaml) .service.name | default "" | int -}}
{{- end }}

{{- define "cups.operationsPort" -}}
{{- get (include "cups.operationsPorts" . | fromYaml) .service.name | int -}}
{{- end }}

{{/* The labels that select the pods of a service, by its name. They can never change. */}}
{{- define "cups.selector" -}}
app.kubernetes.io/name: {{ . }}
app.kubernetes.io/part-of: cups
{{- end }}

{{/* Without the version of the chart: a release that changes nothing of a service does not restart it. */}}
{{- define "cups.podLabels" -}}
{{ include "cups.selector" .service.name }}
app.kubernetes.io/component: {{ .service.component | default "service" }}
{{- end }}

{{- define "cups.labels" -}}
{{ include "cups.podLabels" . }}
app.kubernetes.io/managed-by: {{ .top.Release.Service }}
app.kubernetes.io/instance: {{ .top.Release.Name }}
helm.sh/chart: {{ .top.Chart.Name }}-{{ .top.Chart.Version }}
{{- end }}

{{- define "cups.metadata" -}}
name: {{ .service.name }}
namespace: {{ .top.Release.Namespace }}
labels:
  {{- include "cups.labels" . | nindent 2 }}
{{- end }}

{{- define "cups.image" -}}
{{- include "cups.imageOf" (dict "top" .top "image" .top.Values.image) -}}
{{- end }}

{{/* A digest wins over a tag: a tag can be moved. */}}
{{- define "cups.imageOf" -}}
{{- $global := .top.Values.global.image -}}
{{- with $global.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- .image.repository -}}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default $global.tag | default .top.Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* Whether something counts the replicas instead of the Deployment. */}}
{{- define "cups.isScaled" -}}
{{- $scaling := .top.Values.autoscaling | default .top.Values.keda | default dict -}}
{{- if $scaling.enabled }}true{{ end -}}
{{- end }}

{{/* The least number of pods that run. */}}
{{- define "cups.leastReplicas" -}}
{{- $scaling := .top.Values.autoscaling | default .top.Values.keda | default dict -}}
{{- ternary $scaling.minReplicas .top.Values.replicas (eq (include "cups.isScaled" .) "true") | int -}}
{{- end }}
