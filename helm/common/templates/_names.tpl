{{/*
Every template of this library gets one dictionary: "top" is the context of the service's chart, "service" the content of its
service.yaml. A namespace holds one platform, so names are fixed and have no release prefix.
*/}}

{{/* gRPC port of each service. */}}
{{- define "cups.grpcPorts" -}}
catalog: 7001
identity: 7002
intake: 7003
agency-bridge: 7004
notifications: 7005
documents: 7007
journal: 7008
documents-checker: 7017
{{- end }}

{{/* Operations port of each service, with health and metrics over plain HTTP. */}}
{{- define "cups.operationsPorts" -}}
catalog: 7101
identity: 7102
intake: 7103
agency-bridge: 7104
notifications: 7105
gateway: 7106
documents: 7107
documents-checker: 7117
agency-simulator: 7108
journal: 7109
{{- end }}

{{- define "cups.grpcPort" -}}
{{- get (include "cups.grpcPorts" . | fromYaml) .service.name | default "" | int -}}
{{- end }}

{{/* Name of that port: a part of a service has a protocol of its own. */}}
{{- define "cups.portName" -}}
{{- ternary "check" "grpc" (hasKey .service "part") -}}
{{- end }}

{{- define "cups.operationsPort" -}}
{{- get (include "cups.operationsPorts" . | fromYaml) .service.name | int -}}
{{- end }}

{{/* Selector labels of a service's pods. They can never change. */}}
{{- define "cups.selector" -}}
app.kubernetes.io/name: {{ . }}
app.kubernetes.io/part-of: cups
{{- end }}

{{/* Without the chart version: a release does not restart unchanged services. */}}
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

{{/* A digest overrides a tag, which can be moved. */}}
{{- define "cups.imageOf" -}}
{{- $global := .top.Values.global.image -}}
{{- with $global.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- .image.repository -}}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default $global.tag | default .top.Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* Whether an autoscaler sets the replicas instead of the Deployment. */}}
{{- define "cups.isScaled" -}}
{{- $scaling := .top.Values.autoscaling | default .top.Values.keda | default dict -}}
{{- if $scaling.enabled }}true{{ end -}}
{{- end }}

{{/* Minimum number of pods. */}}
{{- define "cups.leastReplicas" -}}
{{- $scaling := .top.Values.autoscaling | default .top.Values.keda | default dict -}}
{{- ternary $scaling.minReplicas .top.Values.replicas (eq (include "cups.isScaled" .) "true") | int -}}
{{- end }}
