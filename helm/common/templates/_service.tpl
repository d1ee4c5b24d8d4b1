{{/*
All objects of a service. A service's chart uses only this.
*/}}
{{- define "cups.service" -}}
{{- if not .service.part }}{{ include "cups.refuse" . }}{{ end -}}
{{- $objects := list
  (include "cups.serviceAccount" .)
  (include "cups.deployment" .)
  (include "cups.budget" .)
  (include "cups.headless" .)
  (include "cups.scaler" .)
  (include "cups.policy" .)
  (include "cups.monitor" .)
  (include "cups.migration" .)
-}}
{{- range $objects }}
{{- with trim . }}
---
{{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* A service account without rights and without a mounted token. */}}
{{- define "cups.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end }}

{{- define "cups.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # A pod that is not ready must not block a node drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "cups.selector" .service.name | nindent 6 }}
{{- end }}

{{/*
Headless: a caller gets the address of every ready pod and balances its calls. Behind one cluster address a gRPC connection would
stay with one pod.
*/}}
{{- define "cups.headless" -}}
{{- $port := include "cups.grpcPort" . | int -}}
{{- if $port -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
spec:
  clusterIP: None
  ipFamilyPolicy: PreferDualStack
  selector:
    {{- include "cups.selector" .service.name | nindent 4 }}
  ports:
    - name: {{ include "cups.portName" . }}
      port: {{ $port }}
      targetPort: {{ include "cups.portName" . }}
      appProtocol: {{ ternary "tcp" "grpc" (hasKey .service "part") }}
{{- end }}
{{- end }}

{{- define "cups.monitor" -}}
{{- if .top.Values.global.monitoring.podMonitor -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  {{- include "cups.metadata" . | nindent 2 }}
    {{- with .top.Values.global.monitoring.labels }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  selector:
    matchLabels:
      {{- include "cups.selector" .service.name | nindent 6 }}
  podMetricsEndpoints:
    - port: operations
      path: /metrics
{{- end }}
{{- end }}
